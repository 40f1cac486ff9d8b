/* SPDX-License-Identifier: BSD-2-Clause */
/* The ASCII form of a label in Unicode (Punycode, RFC 3492). */
#include <config.h>

#include "base/punycode.h"

/* RFC 3492, section 5. */
#define BASE 36
#define T_MIN 1
#define T_MAX 26
#define SKEW 38
#define DAMP 700
#define FIRST_BIAS 72
#define FIRST_CODE 128

struct code {
	char *text;
	size_t size, room; /* size is larger than room when it did not fit */
};

static void put(struct code *code, char c)
{
	if (code->size < code->room)
		code->text[code->size] = c;
	code->size++;
}

/* Section 6.1. */
static uint32_t adapt(uint32_t delta, uint32_t count, int first)
{
	uint32_t k = 0;

	delta = first ? delta / DAMP : delta / 2;
	delta += delta / count;
	for (; delta > (BASE - T_MIN) * T_MAX / 2; k += BASE)
		delta /= BASE - T_MIN;
	return k + (BASE - T_MIN + 1) * delta / (delta + SKEW);
}

static char digit(uint32_t value)
{
	return (char)(value < 26 ? 'a' + value : '0' + value - 26);
}

static uint32_t threshold(uint32_t k, uint32_t bias)
{
	return k <= bias ? T_MIN : k >= bias + T_MAX ? T_MAX : k - bias;
}

static void put_number(struct code *code, uint32_t number, uint32_t bias)
{
	uint32_t k = BASE, t;

	for (; number >= (t = threshold(k, bias)); k += BASE) {
		put(code, digit(t + (number - t) % (BASE - t)));
		number = (number - t) / (BASE - t);
	}
	put(code, digit(number));
}

/* The smallest character that is not below code. */
static uint32_t next_code(const uint32_t *label, size_t n, uint32_t code)
{
	uint32_t next = UINT32_MAX;

	for (size_t i = 0; i < n; i++)
		if (label[i] >= code && label[i] < next)
			next = label[i];
	return next;
}

static size_t put_ascii(struct code *code, const uint32_t *label, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (label[i] < FIRST_CODE)
			put(code, (char)label[i]);
	return code->size;
}

/* Section 6.3. A delta of 1,024 characters does not overflow. */
size_t punycode_encode(const uint32_t *label, size_t n, char *code_r, size_t room)
{
	struct code code = { .text = code_r, .room = room };
	const size_t ascii = put_ascii(&code, label, n);
	uint32_t bias = FIRST_BIAS, delta = 0, at = FIRST_CODE;

	if (ascii > 0)
		put(&code, '-');
	for (size_t done = ascii; done < n; delta++, at++) {
		const uint32_t next = next_code(label, n, at);

		delta += (next - at) * (uint32_t)(done + 1);
		at = next;
		for (size_t i = 0; i < n; i++) {
			delta += label[i] < at;
			if (label[i] != at)
				continue;
			put_number(&code, delta, bias);
			bias = adapt(delta, (uint32_t)done + 1, done == ascii);
			delta = 0;
			done++;
		}
	}
	return code.size <= room ? code.size : 0;
}
