/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libFuzzer target: any bytes as what an MTA sends on one connection, to real sessions with
 * policies. The first byte chooses the configuration and into what pieces the bytes are cut.
 */
#include <config.h>

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/load.h"
#include "front/dialogue.h"
#include "session/host.h"
#include "front/protocol.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/*
 * Three configurations: all stages with all kinds of actions; few stages and none of the content;
 * and one that only watches.
 */
static const char *const texts[] = {
	"class local { client 127.0.0.0/8 ::1; auth yes }\n"
	"policy access { reject client 192.0.2.0/24; reject sender bad@example.test; reject "
	"recipient bad@example.test\n"
	"  discard recipient gone@example.test; hold header \"/^X-Suspicious:/\"; reject "
	"header \"/casino/\" }\n"
	"policy helo { on not-qualified score 5; on syntax tempfail 450 4.7.1 \"HELO {helo}? "
	"{detail} 100%\"\n"
	"  skip local }\n"
	"policy headers { on duplicate score 4 }\n"
	"policy size { max-message 100K; max-body-line 998; max-header 1K; max-headers 3K; "
	"max-recipients 5 }\n"
	"policy commands { max 2; on too-many reject \"no {auth} {sender} {queue_id}\" }\n"
	"score { reject 9; quarantine 7 \"much {helo}\"; header 1 X-Score \"{score} {sender} "
	"{client_name}\" }\n",
	"reply-id no\n"
	"policy access { reject recipient bad@example.test; reject sender example.org }\n",
	"policy access { reject client 192.0.2.0/24; reject sender bad@example.test; mode "
	"monitor }\n"
	"policy headers { mode monitor }\n"
	"policy helo { mode monitor; reply-at helo }\n",
	/* The message record, with exact fields, and all edits. */
	"header-limit 1K\n"
	"policy access { reject client 192.0.2.0/24; reject sender bad@example.test\n"
	"  reject header \"/^X-Bad:/\"\n"
	"  on reject replace-header Subject \"{helo} {sender} {detail}\"\n"
	"  on reject delete-header X-A; on reject delete-header X-B 2\n"
	"  on reject replace-header X-New \"{detail}\"; on reject header X-A \"{helo}\"\n"
	"  on hold neutral; on discard neutral; on defer neutral }\n"
	"policy size { max-recipients 1; on recipients redirect box@example.test }\n"
	"policy helo { on syntax prefix-subject \"[{helo}]\"; on syntax score 5\n"
	"  on syntax replace-body \"{helo}\\n{sender}\"; on syntax add-recipient a@example.test\n"
	"  on missing change-sender <>\n"
	"  on not-qualified delete-recipient bad@example.test\n"
	"  on not-qualified header Received-SPF \"{helo}\" }\n"
	"policy headers { on duplicate score 4; on missing prefix-subject \"{helo}\" }\n"
	"score { replace-header 4 X-Score \"{score} {helo}\"; quarantine 7 \"{helo}\" }\n",
};
#define EXACT 3
#define CONFS (sizeof(texts) / sizeof(*texts))

static struct host hosts[CONFS];

static void require(bool is_true)
{
	if (!is_true)
		abort();
}

static int64_t next_moment(void)
{
	static int64_t now = 1000000;

	return now += 3;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	struct log_settings settings = { .target = LOG_TO_FILE,
					 .path = "/dev/null",
					 .level = MG_LOG_DEBUG };

	(void)argc;
	(void)argv;
	for (size_t i = 0; i < CONFS; i++) {
		char path[] = "/tmp/fuzz_dialogue.XXXXXX";
		FILE *file = fdopen(mkstemp(path), "w");
		struct snapshot *snapshot;
		char error[SERVICES_ERROR_MAX];
		const char *log_error;

		fprintf(file, "listen unix:/nowhere/sock\n%s", texts[i]);
		fclose(file);
		snapshot = snapshot_load(path, NULL, NULL, snapshot_print_errors, stderr);
		unlink(path);
		require(snapshot != NULL);
		snapshot->needs.exact_fields = i == EXACT;
		settings.json = i == 0;
		host_init(&hosts[i], log_open(&settings, &log_error), NULL, NULL);
		require(hosts[i].log != NULL);
		hosts[i].now = next_moment;
		require(host_change(&hosts[i], snapshot, error) == 0);
	}
	return 0;
}

/* Checks "550 5.7.1 text", or several such lines, with every % doubled. */
static void check_refusal(const struct packet *packet)
{
	const char *text = packet->data, *line = text;

	require(packet->size > 4 && text[packet->size - 1] == '\0');
	require(strlen(text) == packet->size - 1);
	while (line) {
		const char *end = strstr(line, "\r\n");

		require((line[0] == '4' || line[0] == '5') && isdigit((unsigned char)line[1]) &&
			isdigit((unsigned char)line[2]) && line[3] == (end ? '-' : ' '));
		require(memcmp(line, text, 3) == 0);
		for (const char *p = line; end ? p < end : *p; p++) {
			require((unsigned char)*p >= 0x20 && *p != 0x7f);
			if (*p == '%')
				require(*++p == '%');
		}
		line = end ? end + 2 : NULL;
	}
}

/* Checks a name and a value: no line of the value may begin a field, and none may be blank. */
static void check_header(struct packet *packet)
{
	const char *name = packet_string(packet), *value = packet_string(packet);

	require(name && *name && value && packet->size == 0);
	for (bool blank = false; *value; value++) {
		require(*value != '\r');
		if (*value == '\n') {
			require(!blank && (value[1] == ' ' || value[1] == '\t'));
			blank = true;
		} else if (*value != ' ' && *value != '\t') {
			blank = false;
		}
		require(!blank || value[1]);
	}
}

static void check_address(struct packet *packet)
{
	const char *address = packet_string(packet);

	require(address && packet->size == 0 && *address);
}

/*
 * Checks the answer to one packet: nothing, or one answer; at the end of a message edits may
 * precede it.
 */
static void check_answers(struct bytes *out, int command)
{
	struct packet packet;
	bool answered = false;
	uint32_t index;

	while (packet_take(out, PACKET_MAX, &packet) == PACKET_WHOLE) {
		require(!answered);
		switch (packet.command) {
		case ANSWER_ADD_RECIPIENT:
		case ANSWER_DELETE_RECIPIENT:
		case ANSWER_CHANGE_SENDER:
			check_address(&packet);
			require(command == COMMAND_EOM);
			continue;
		case ANSWER_REPLACE_BODY:
			require(command == COMMAND_EOM);
			continue;
		case ANSWER_CHANGE_HEADER:
			require(packet_number(&packet, &index) && index > 0);
			check_header(&packet);
			require(command == COMMAND_EOM);
			continue;
		case ANSWER_INSERT_HEADER:
			require(packet_number(&packet, &index));
			/* fallthrough */
		case ANSWER_ADD_HEADER:
			check_header(&packet);
			require(command == COMMAND_EOM);
			continue;
		case ANSWER_QUARANTINE:
			require(packet_string(&packet) && packet.size == 0);
			require(command == COMMAND_EOM);
			continue;
		case ANSWER_REPLY:
			check_refusal(&packet);
			break;
		case COMMAND_NEGOTIATE:
			/* The offer: version, actions, steps. */
			require(command == COMMAND_NEGOTIATE &&
				packet.size >= 3 * sizeof(uint32_t));
			break;
		case ANSWER_SKIP:
			require(command == COMMAND_BODY && packet.size == 0);
			break;
		default:
			require(strchr("cdrt", packet.command) && packet.size == 0);
		}
		answered = true;
	}
	require(out->begin == out->end);
	if (strchr("DAKQ", command))
		require(!answered);
}

/* Takes the packets that have come. Returns false when the connection is to be closed. */
static bool take(struct dialogue *dialogue, struct bytes *in, struct bytes *out)
{
	enum packet_state state;
	struct packet packet;

	while ((state = packet_take(in, dialogue_packet_max(dialogue), &packet)) == PACKET_WHOLE) {
		const int command = packet.command;
		const bool goes_on = dialogue_take(dialogue, &packet, out);

		require(dialogue->negotiated || !goes_on);
		check_answers(out, command);
		if (!goes_on)
			return false;
	}
	if (state == PACKET_BROKEN)
		dialogue_broken(dialogue, "something that is no packet");
	return state == PACKET_PART;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes in = { NULL, 0, 0, 0 }, out = { NULL, 0, 0, 0 };
	struct dialogues all = { 0 };
	struct dialogue dialogue = { MAGIC(DIALOGUE_MAGIC).all = &all };
	size_t piece;

	if (size < 1)
		return 0;
	all.host = &hosts[(*data & 3) % CONFS];
	all.log = all.host->log;
	all.quiet = *data & 4;
	all.max = !(*data & 8);
	piece = (size_t)1 << (*data >> 4);
	data++;
	size--;
	while (size > 0) {
		if (piece > size)
			piece = size;
		bytes_add(&in, data, piece);
		data += piece;
		size -= piece;
		if (!take(&dialogue, &in, &out))
			break;
	}
	dialogue_end(&dialogue, "192.0.2.1");
	require(all.served == 0 && !dialogue.session);
	bytes_free(&in);
	bytes_free(&out);
	return 0;
}
