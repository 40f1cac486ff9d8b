/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * <millgate/policy.h> of ABI 1 as it was first released, frozen, without its comments: modules that
 * were built against it must load and work for as long as there is ABI 1. tests/module/elements.sh
 * builds one with each frozen header.
 *
 * When a release appends members to the header's structs, its own header is frozen beside this
 * one:
 *
 *     gcc -fpreprocessed -dD -E -P include/millgate/policy.h | clang-format
 *
 * A frozen header is never changed again, but for this comment. (Before 0.1.0, the first
 * release, the contract itself may still change, and this file with it.)
 */
#ifndef MILLGATE_POLICY_H
#define MILLGATE_POLICY_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <netinet/in.h>
#include <sys/socket.h>
#ifdef __cplusplus
extern "C" {
#endif
#define MG_ABI 1
#if defined(__GNUC__)
#define MG_PRINTF(fmt, first) __attribute__((format(printf, fmt, first)))
#define MG_EXPORT __attribute__((visibility("default")))
#else
#define MG_PRINTF(fmt, first)
#define MG_EXPORT
#endif
enum mg_stage {
	MG_CONNECT,
	MG_HELO,
	MG_MAIL,
	MG_RCPT,
	MG_DATA,
	MG_HEADER,
	MG_EOH,
	MG_BODY,
	MG_EOM,
	MG_COMMAND,
	MG_STAGES
};
#define MG_STAGES_MAX 16
#define MG_BIT(stage) (1U << (stage))
enum mg_scope { MG_SESSION, MG_MESSAGE, MG_EVENT };
#define MG_NONE (-1)
#define MG_ERROR (-2)
#define MG_TIMEOUT (-3)
struct mg_result {
	const char *name;
	const char *action;
	const char *help;
	const char *needs;
	const char *further_needs;
};
enum mg_type {
	MG_BOOL = 1,
	MG_INT,
	MG_SIZE,
	MG_DURATION,
	MG_STRING,
	MG_STRINGS,
	MG_CHOICE,
	MG_TABLE,
	MG_LINES
};
struct mg_strings {
	size_t n;
	const char *const *v;
};
struct mg_call;
struct mg_conf;
struct mg_line;
struct mg_table;
struct mg_lines {
	size_t n;
	const struct mg_line *const *v;
};
enum mg_key { MG_KEY_ADDRESS = 1, MG_KEY_HOST, MG_KEY_MAIL, MG_KEY_TEXT, MG_KEY_NAME };
struct mg_item {
	const char *name;
	enum mg_type type;
	size_t offset;
	const char *initial;
	const char *syntax;
	const char *help;
	const char *choices;
	long long min, max;
	enum mg_key key;
	bool required;
	void (*check)(struct mg_conf *conf, const struct mg_line *line, const void *self);
};
#define MG_ITEM_BOOL(object, member, key_name, ...) \
	MG_ITEM_(MG_BOOL, bool, object, member, key_name, __VA_ARGS__)
#define MG_ITEM_INT(object, member, key_name, ...) \
	MG_ITEM_(MG_INT, long long, object, member, key_name, __VA_ARGS__)
#define MG_ITEM_SIZE(object, member, key_name, ...) \
	MG_ITEM_(MG_SIZE, long long, object, member, key_name, __VA_ARGS__)
#define MG_ITEM_DURATION(object, member, key_name, ...) \
	MG_ITEM_(MG_DURATION, long long, object, member, key_name, __VA_ARGS__)
#define MG_ITEM_STRING(object, member, key_name, ...) \
	MG_ITEM_(MG_STRING, const char *, object, member, key_name, __VA_ARGS__)
#define MG_ITEM_STRINGS(object, member, key_name, ...) \
	MG_ITEM_(MG_STRINGS, struct mg_strings, object, member, key_name, __VA_ARGS__)
#define MG_ITEM_CHOICE(object, member, key_name, ...) \
	MG_ITEM_(MG_CHOICE, int, object, member, key_name, __VA_ARGS__)
#define MG_ITEM_TABLE(object, member, key_name, ...) \
	MG_ITEM_(MG_TABLE, const struct mg_table *, object, member, key_name, __VA_ARGS__)
#define MG_ITEM_LINES(object, member, key_name, ...) \
	MG_ITEM_(MG_LINES, struct mg_lines, object, member, key_name, __VA_ARGS__)
#define MG_ITEM_(item_type, c_type, object, member, key_name, ...)           \
	{                                                                    \
		.name = (key_name), .type = (item_type),                     \
		.offset = MG_OFFSET_OF_(c_type, object, member), __VA_ARGS__ \
	}
#ifdef __cplusplus
}
template <typename Want, typename Found> struct mg_same_type;
template <typename Type> struct mg_same_type<Type, Type> {
	static constexpr size_t offset(size_t of)
	{
		return of;
	}
};
extern "C" {
#define MG_OFFSET_OF_(c_type, object, member)                                           \
	mg_same_type<c_type, decltype(static_cast<object *>(nullptr)->member)>::offset( \
		offsetof(object, member))
#else
#define MG_OFFSET_OF_(c_type, object, member) \
	_Generic(((object *)0)->member, c_type : offsetof(object, member))
#endif
struct mg_counter {
	const char *name;
	const char *help;
};
enum mg_verdict {
	MG_ACCEPTED = 1,
	MG_REJECTED,
	MG_TEMPFAILED,
	MG_DISCARDED,
	MG_QUARANTINED,
	MG_REFUSED,
	MG_ABORTED
};
struct mg_outcome {
	enum mg_verdict verdict;
	const char *policy, *result;
	enum mg_stage stage;
	unsigned accepted, refused;
	long long score;
};
struct mg_policy {
	unsigned abi;
	unsigned size;
	const char *name;
	const char *help;
	const struct mg_result *results;
	size_t result_size;
	const char *const *values;
	const struct mg_item *items;
	size_t item_size;
	size_t conf_size;
	size_t session_size;
	size_t message_size;
	unsigned blocking;
	int (*open)(struct mg_conf *conf, void *self);
	void (*close)(void *self);
	void (*start[MG_STAGES_MAX])(struct mg_call *call, const void *self);
	int (*on[MG_STAGES_MAX])(struct mg_call *call, const void *self);
	const char *const *macros[MG_STAGES_MAX];
	unsigned facts;
	unsigned services;
	size_t event_size;
	const char *const *reads;
	unsigned several;
	bool record;
	bool authenticates;
	void (*outcome)(struct mg_call *call, const void *self, const struct mg_outcome *outcome);
	const struct mg_counter *counters;
	size_t counter_size;
	size_t shared_size;
	unsigned shared_version;
	unsigned edits;
};
#define MG_RESULTS(array) .results = (array), .result_size = sizeof((array)[0])
#define MG_ITEMS(array) .items = (array), .item_size = sizeof((array)[0])
#define MG_COUNTERS(array) .counters = (array), .counter_size = sizeof((array)[0])
#define MG_EDIT_ADD_FIELD 1U
#define MG_EDIT_REPLACE_FIELD 2U
#define MG_EDIT_DELETE_FIELD 4U
#define MG_EDIT_ADD_RECIPIENT 8U
#define MG_EDIT_DELETE_RECIPIENT 16U
#define MG_EDIT_SENDER 32U
#define MG_EDIT_BODY 64U
#define MG_SERVICE_DNS 1U
#ifdef MG_BUILTIN
#define MG_REGISTER(policy)                                \
	const struct mg_policy *mg_builtin_##policy(void); \
	const struct mg_policy *mg_builtin_##policy(void)  \
	{                                                  \
		return &(policy);                          \
	}
#else
#define MG_REGISTER(policy)                                         \
	MG_EXPORT const struct mg_policy *mg_policy_register(void); \
	MG_EXPORT const struct mg_policy *mg_policy_register(void)  \
	{                                                           \
		return &(policy);                                   \
	}
#endif
void mg_conf_error(struct mg_conf *conf, const struct mg_line *line, size_t word, const char *fmt,
		   ...) MG_PRINTF(4, 5);
void mg_conf_warning(struct mg_conf *conf, const struct mg_line *line, size_t word, const char *fmt,
		     ...) MG_PRINTF(4, 5);
void mg_conf_stages(struct mg_conf *conf, unsigned stages);
void mg_conf_services(struct mg_conf *conf, unsigned services);
void mg_conf_record(struct mg_conf *conf, bool record);
const struct mg_line *mg_conf_item(struct mg_conf *conf, const char *item, size_t index);
size_t mg_line_words(const struct mg_line *line);
const char *mg_line_word(const struct mg_line *line, size_t index);
void mg_conf_claimed(struct mg_conf *conf, const struct mg_line *line, int result,
		     const struct mg_table *table, bool (*gives)(const char *value));
const struct mg_table *mg_conf_table(struct mg_conf *conf, const struct mg_line *line, size_t first,
				     enum mg_key key, const char *(*check)(const char *value));
void *mg_conf_alloc(struct mg_conf *conf, size_t size);
const struct sockaddr *mg_client_addr(const struct mg_call *call);
const char *mg_client(const struct mg_call *call);
unsigned mg_client_port(const struct mg_call *call);
const char *mg_client_name(const struct mg_call *call);
bool mg_is_submitted_locally(const struct mg_call *call);
const char *mg_mta_name(const struct mg_call *call);
const char *mg_daemon_name(const struct mg_call *call);
const char *mg_daemon_addr(const struct mg_call *call);
const char *mg_helo(const struct mg_call *call);
const char *mg_sender(const struct mg_call *call);
const char *mg_recipient(const struct mg_call *call);
unsigned mg_recipients(const struct mg_call *call);
const char *mg_sender_param(const struct mg_call *call, const char *name);
const char *mg_recipient_param(const struct mg_call *call, const char *name);
const char *mg_auth(const struct mg_call *call);
const char *mg_auth_type(const struct mg_call *call);
const char *mg_tls(const struct mg_call *call);
const char *mg_queue_id(const struct mg_call *call);
const char *mg_macro(const struct mg_call *call, const char *name);
const char *mg_header_name(const struct mg_call *call);
const char *mg_header_value(const struct mg_call *call);
const unsigned char *mg_body(const struct mg_call *call, size_t *size_r);
const char *mg_command(const struct mg_call *call);
const char *mg_session_id(const struct mg_call *call);
enum mg_stage mg_stage(const struct mg_call *call);
struct mg_field {
	const char *name, *value;
	size_t name_size, value_size;
};
size_t mg_fields(const struct mg_call *call);
const struct mg_field *mg_field(const struct mg_call *call, size_t index);
void mg_detail(struct mg_call *call, const char *fmt, ...) MG_PRINTF(2, 3);
void mg_value(struct mg_call *call, const char *name, const char *value);
void mg_value_int(struct mg_call *call, const char *name, long long value);
void mg_reply(struct mg_call *call, int code, const char *status, const char *text);
#define MG_ALSO_MAX 100
void mg_also(struct mg_call *call, int result);
void mg_count(struct mg_call *call, size_t index, unsigned long long more);
#define MG_EDIT_END (~0U)
void mg_edit_add_field(struct mg_call *call, unsigned index, const char *name, const char *value);
void mg_edit_replace_field(struct mg_call *call, const char *name, unsigned nth, const char *value);
void mg_edit_delete_field(struct mg_call *call, const char *name, unsigned nth);
void mg_edit_add_recipient(struct mg_call *call, const char *address);
void mg_edit_delete_recipient(struct mg_call *call, const char *address);
void mg_edit_sender(struct mg_call *call, const char *address);
void mg_edit_body(struct mg_call *call, const void *data, size_t size);
void mg_enough_body(struct mg_call *call);
struct mg_finding {
	const char *type;
	const char *name;
	const char *result;
	const char *detail;
	enum mg_stage stage;
	const char *recipient;
};
const struct mg_finding *mg_finding(struct mg_call *call, const char *type, size_t index);
const char *mg_finding_value(struct mg_call *call, const char *type, size_t index,
			     const char *name);
int64_t mg_now(const struct mg_call *call);
int64_t mg_deadline(const struct mg_call *call);
int64_t mg_time(const struct mg_call *call);
void *mg_state(struct mg_call *call, enum mg_scope scope);
void *mg_shared(const struct mg_call *call);
void *mg_alloc(struct mg_call *call, enum mg_scope scope, size_t size);
char *mg_printf(struct mg_call *call, enum mg_scope scope, const char *fmt, ...) MG_PRINTF(3, 4);
void mg_at_end(struct mg_call *call, enum mg_scope scope, void (*done)(void *arg), void *arg);
int mg_table_find(struct mg_call *call, const struct mg_table *table, const char *key,
		  const char **value_r);
const char *mg_domain(struct mg_call *call, const char *domain);
enum mg_level { MG_LOG_ERROR, MG_LOG_WARNING, MG_LOG_INFO, MG_LOG_DEBUG };
void mg_log(struct mg_call *call, enum mg_level level, const char *fmt, ...) MG_PRINTF(3, 4);
enum mg_dns_type {
	MG_DNS_A = 1,
	MG_DNS_PTR = 12,
	MG_DNS_MX = 15,
	MG_DNS_TXT = 16,
	MG_DNS_AAAA = 28
};
enum mg_dns_status { MG_DNS_FOUND, MG_DNS_NODATA, MG_DNS_NXDOMAIN, MG_DNS_FAILED, MG_DNS_LATE };
enum mg_dns_late { MG_DNS_NOT_LATE, MG_DNS_NO_TIME, MG_DNS_NO_ANSWER, MG_DNS_NO_SERVER };
struct mg_dns_record {
	union {
		struct in_addr a;
		struct in6_addr aaaa;
		unsigned preference;
	} u;
	const char *text;
	size_t size;
};
struct mg_dns_answer {
	enum mg_dns_status status;
	bool authentic;
	unsigned ttl;
	size_t n;
	const struct mg_dns_record *records;
	const char *name;
	const char *why;
	enum mg_dns_late late;
};
const struct mg_dns_answer *mg_dns(struct mg_call *call, const char *name, enum mg_dns_type type);
void mg_dns_prefetch(struct mg_call *call, const char *name, enum mg_dns_type type);
struct mg_dns_walk;
typedef void (*mg_dns_then)(struct mg_dns_walk *walk, const char *name,
			    const struct mg_dns_answer *answer, const void *data, const void *self);
#define MG_DNS_WALK_MAX 100
void mg_dns_walk(struct mg_call *call, unsigned max, const void *data, size_t size,
		 const char *name, enum mg_dns_type type, mg_dns_then then);
bool mg_dns_walk_ask(struct mg_dns_walk *walk, const char *name, enum mg_dns_type type,
		     mg_dns_then then);
#define MG_DNS_WALK_LAST 20
bool mg_dns_walk_last(struct mg_dns_walk *walk, const char *name, enum mg_dns_type type);
void *mg_dns_walk_shared(struct mg_dns_walk *walk);
const char *mg_dns_reverse(struct mg_call *call, const struct sockaddr *addr, const char *zone);
#ifdef __cplusplus
#define MG_ASSERT_(condition, text) static_assert(condition, text)
#else
#define MG_ASSERT_(condition, text) _Static_assert(condition, text)
#endif
#define MG_ASSERT_ENUM_(name) \
	MG_ASSERT_(sizeof(enum name) == sizeof(int), "ABI: an enum has the size of int")
MG_ASSERT_ENUM_(mg_stage);
MG_ASSERT_ENUM_(mg_scope);
MG_ASSERT_ENUM_(mg_type);
MG_ASSERT_ENUM_(mg_key);
MG_ASSERT_ENUM_(mg_verdict);
MG_ASSERT_ENUM_(mg_level);
MG_ASSERT_ENUM_(mg_dns_type);
MG_ASSERT_ENUM_(mg_dns_status);
MG_ASSERT_ENUM_(mg_dns_late);
#ifdef __cplusplus
}
#endif
#endif
