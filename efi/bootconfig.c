/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Boot configurations, by Documentation/admin-guide/bootconfig.rst, init/main.c and lib/bootconfig.c of Linux
 * 6.12, whose answers these are, odd ones too. */
#include "efi/bootconfig.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "scanner/base/bytes.h"
#include "scanner/base/own.h"

/* --- At the end of an initrd --- */

static const char magic[] = "#BOOTCONFIG\n";
enum { MAGIC_BYTES = sizeof(magic) - 1, NUMBERS_BYTES = 8, PADDING_MAX = 3 };

static uint32_t sum_of(const uint8_t *data, size_t size)
{
	uint32_t sum = 0;

	while (size--)
		sum += *data++;
	return sum;
}

/* What ends with the magic at `end`. */
static bool check(const uint8_t *initrd, size_t end, const char **out_text, size_t *out_size,
		  struct fault *why)
{
	struct bytes numbers = bytes_of(initrd + end - NUMBERS_BYTES, NUMBERS_BYTES);
	uint32_t size = bytes_u32le(&numbers), sum = bytes_u32le(&numbers);

	end -= NUMBERS_BYTES;
	if (size > BOOTCONFIG_TEXT_MAX || size > end)
		fault_set(why, EBADMSG, "the boot configuration's size is %u bytes", size);
	else if (sum_of(initrd + end - size, size) != sum)
		fault_set(why, EBADMSG, "the boot configuration's checksum is wrong");
	else {
		*out_text = (const char *)initrd + end - size;
		*out_size = size;
		return true;
	}
	return false;
}

bool bootconfig_find(const uint8_t *initrd, size_t size, const char **out_text, size_t *out_size,
		     struct fault *why)
{
	*why = (struct fault){0};
	/* Loaders pad what they load to a multiple of 4. */
	for (size_t padding = 0; padding <= PADDING_MAX; padding++) {
		size_t end = size - padding;

		if (size < MAGIC_BYTES + NUMBERS_BYTES + padding)
			break;
		if (memcmp(initrd + end - MAGIC_BYTES, magic, MAGIC_BYTES) == 0)
			return check(initrd, end - MAGIC_BYTES, out_text, out_size, why);
	}
	return false;
}

/* --- The tree --- */

/* A key has its value, if any, as its first child, then its keys; the next value of an array is the
 * child of the one before. 0 is no node: the first is never used. */
struct node {
	const char *text;
	uint16_t next, child, parent;
	bool is_value;
};

struct parser {
	char *at;
	struct node *nodes;
	uint16_t count;
	uint16_t parent; /* under which keys go; 0: the top */
	uint16_t braces[BOOTCONFIG_DEPTH_MAX];
	unsigned depth;
	const char *error;
};

static bool fail(struct parser *p, const char *error)
{
	if (!p->error)
		p->error = error;
	return false;
}

/* The kernel's ctype is that of Latin-1. */
static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r') || (uint8_t)c == 0xa0;
}

static bool is_printable(char c)
{
	return (c >= ' ' && c <= '~') || (uint8_t)c >= 0xa0;
}

static bool is_key_char(char c)
{
	uint8_t byte = (uint8_t)c;

	return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z' && byte < 0x80) ||
	       c == '-' || c == '_' || (byte >= 0xc0 && byte != 0xd7 && byte != 0xf7);
}

static char *skip_space(char *s)
{
	while (is_space(*s))
		s++;
	return s;
}

static char *skip_comment(char *s)
{
	s += strcspn(s, "\n");
	return *s ? s + 1 : s;
}

/* Without space around it, in place. */
static char *trim(char *s)
{
	char *end = s + strlen(s);

	while (end > s && is_space(end[-1]))
		end--;
	*end = '\0';
	return skip_space(s);
}

/* Adds a node under p->parent, as its first child or its last. 0: there are too many. */
static uint16_t add_node(struct parser *p, const char *text, bool is_value, bool first)
{
	uint16_t *place = &p->nodes[p->parent].child, i = p->count;

	if (p->count > BOOTCONFIG_NODES_MAX) {
		fail(p, "too many nodes");
		return 0;
	}
	p->count++;
	p->nodes[i] = (struct node){.text = text, .parent = p->parent, .is_value = is_value};
	if (first)
		p->nodes[i].next = *place;
	else
		while (*place)
			place = &p->nodes[*place].next;
	*place = i;
	return i;
}

/* Goes to a key under p->parent, which becomes p->parent. */
static bool enter_word(struct parser *p, const char *word)
{
	uint16_t i = p->nodes[p->parent].child;

	if (!*word)
		return fail(p, "a key is missing");
	for (const char *c = word; *c; c++)
		if (!is_key_char(*c))
			return fail(p, "a key has an invalid character");
	while (i && (p->nodes[i].is_value || strcmp(p->nodes[i].text, word) != 0))
		i = p->nodes[i].next;
	if (!i)
		i = add_node(p, word, false, false);
	if (!i)
		return false;
	p->parent = i;
	return true;
}

/* "a.b.c" */
static bool enter_keys(struct parser *p, char *keys)
{
	char *dot;

	keys = trim(keys);
	while ((dot = strchr(keys, '.'))) {
		*dot = '\0';
		if (!enter_word(p, keys))
			return false;
		keys = dot + 1;
	}
	return enter_word(p, keys);
}

/* --- Values --- */

static const char value_ends[] = ",;\n#}";

static bool is_value_end(char c)
{
	return c && strchr(value_ends, c);
}

/* From the opening quote on. *out_end: what ended it. */
static char *quoted(struct parser *p, char *s, char *out_end)
{
	char quote = *s++, *value = s;

	for (; *s && *s != quote; s++)
		if (!is_printable(*s) && !is_space(*s))
			return fail(p, "a value has a character that cannot be printed"), NULL;
	if (!*s)
		return fail(p, "a quote is not closed"), NULL;
	*s++ = '\0';
	while (is_space(*s) && *s != '\n')
		s++;
	if (*s && !is_value_end(*s))
		return fail(p, "something follows a quoted value"), NULL;
	*out_end = *s;
	p->at = *s ? s + 1 : s;
	return value;
}

static char *unquoted(struct parser *p, char *s, char *out_end)
{
	char *value = s;

	for (; *s && !is_value_end(*s); s++)
		if (!is_printable(*s) && !is_space(*s))
			return fail(p, "a value has a character that cannot be printed"), NULL;
	*out_end = *s;
	p->at = *s ? s + 1 : s;
	/* At the end of all, the kernel leaves what space there is. */
	if (!*s)
		return value;
	*s = '\0';
	return trim(value);
}

/* The value at p->at, which moves behind it. *out_end: ',' ';' '}' or newline, NUL at the end of all. */
static char *read_value(struct parser *p, char *out_end)
{
	char *s = skip_space(p->at), *value;

	while (*s == '#')
		s = skip_space(skip_comment(s));
	value = *s == '"' || *s == '\'' ? quoted(p, s, out_end) : unquoted(p, s, out_end);
	if (value && *out_end == '#') {
		p->at = skip_comment(p->at);
		*out_end = '\n';
	}
	return value;
}

static uint16_t last_value(const struct parser *p, uint16_t i)
{
	while (p->nodes[i].child)
		i = p->nodes[i].child;
	return i;
}

/* The first value of the key p->parent. Leaves in p->parent the value that others of an array follow. */
static bool put_value(struct parser *p, const char *value, char operation)
{
	uint16_t old = p->nodes[p->parent].child;
	bool has_value = old && p->nodes[old].is_value;

	if (has_value && operation == '=')
		return fail(p, "a value is given twice");
	if (has_value && operation == ':') {
		p->nodes[old].text = value;
		p->nodes[old].child = 0;
		p->parent = old;
		return true;
	}
	if (has_value)
		p->parent = last_value(p, old);
	p->parent = add_node(p, value, true, true);
	return p->parent != 0;
}

static bool close_brace(struct parser *p)
{
	if (p->depth == 0 || p->parent == 0 || p->braces[p->depth - 1] != p->parent)
		return fail(p, "a closing brace closes nothing");
	p->depth--;
	p->parent = p->depth ? p->braces[p->depth - 1] : 0;
	return true;
}

/* --- Statements --- */

/* KEYS = VALUE, VALUE… */
static bool assignment(struct parser *p, char *keys, char operation)
{
	uint16_t parent = p->parent;
	char end = '\0', *value;

	if (!enter_keys(p, keys) || !(value = read_value(p, &end)) ||
	    !put_value(p, value, operation))
		return false;
	while (end == ',') {
		value = read_value(p, &end);
		if (!value)
			return false;
		p->parent = add_node(p, value, true, true);
		if (!p->parent)
			return false;
	}
	p->parent = parent;
	return end != '}' || close_brace(p);
}

/* KEYS alone, or nothing. */
static bool key_alone(struct parser *p, char *keys)
{
	uint16_t parent = p->parent;

	keys = trim(keys);
	if (*keys && !enter_keys(p, keys))
		return false;
	p->parent = parent;
	return true;
}

static bool open_brace(struct parser *p, char *keys)
{
	if (!enter_keys(p, keys))
		return false;
	if (p->depth == BOOTCONFIG_DEPTH_MAX)
		return fail(p, "braces are too deep");
	p->braces[p->depth++] = p->parent;
	return true;
}

/* One statement at p->at. False: that was the last, or an error. */
static bool statement(struct parser *p)
{
	char *start = p->at, *end = strpbrk(start, "{}=+;:\n#"), what;

	if (!end) {
		if (*skip_space(start))
			fail(p, "the last key is not ended");
		return false;
	}
	what = *end;
	*end = '\0';
	p->at = end + 1;
	switch (what) {
	case '+':
	case ':':
		if (*p->at++ != '=')
			return p->at--, fail(p, "an operator is incomplete");
		return assignment(p, start, what);
	case '=': return assignment(p, start, what);
	case '{': return open_brace(p, start);
	case '}': return key_alone(p, start) && close_brace(p);
	case '#': p->at = skip_comment(p->at); return key_alone(p, start);
	default: return key_alone(p, start);
	}
}

/* --- What may not be --- */

static bool is_leaf(const struct parser *p, uint16_t key)
{
	uint16_t child = p->nodes[key].child;

	return !child || p->nodes[child].is_value;
}

/* The keys under a key, no deeper than BOOTCONFIG_DEPTH_MAX. The kernel does not look at those beside a value, so
 * they may be longer. */
static bool check_below(struct parser *p, uint16_t key, unsigned depth, size_t length)
{
	if (p->nodes[key].child && depth == BOOTCONFIG_DEPTH_MAX)
		return fail(p, "keys are too deep");
	for (uint16_t i = p->nodes[key].child; i; i = p->nodes[i].next) {
		size_t longer = length + strlen(p->nodes[i].text) + 1;

		if (longer > BOOTCONFIG_KEY_MAX)
			return fail(p, "a key is too long");
		if (!is_leaf(p, i) && !check_below(p, i, depth + 1, longer))
			return false;
	}
	return true;
}

static void parse(struct parser *p)
{
	while (statement(p))
		;
	if (!p->error && p->depth > 0)
		fail(p, "a brace is not closed");
	if (!p->error && p->count == 1)
		fail(p, "there are no keys");
	if (!p->error)
		check_below(p, 0, 0, 0);
}

/* --- Words --- */

/* How many words a key has below root. */
static unsigned depth_below(const struct parser *p, uint16_t root, uint16_t key)
{
	unsigned depth = 0;

	for (; key != root; key = p->nodes[key].parent)
		depth++;
	return depth;
}

/* Cut off where the kernel cuts it off. */
static void put_name(const struct parser *p, uint16_t root, uint16_t key, struct buf *out)
{
	uint16_t path[BOOTCONFIG_DEPTH_MAX];
	unsigned depth = 0;
	own_buf struct buf name = {0};

	for (; key != root && depth < BOOTCONFIG_DEPTH_MAX; key = p->nodes[key].parent)
		path[depth++] = key;
	while (depth--) {
		buf_puts(&name, p->nodes[path[depth]].text);
		if (depth)
			buf_addc(&name, '.');
	}
	if (name.failed)
		out->failed = true;
	else
		buf_add(out, buf_text(&name),
			name.len < BOOTCONFIG_KEY_MAX ? name.len : BOOTCONFIG_KEY_MAX - 1);
}

static void put_word(const struct parser *p, uint16_t root, uint16_t key, const char *value,
		     struct buf *out)
{
	if (out->len > 0)
		buf_addc(out, ' ');
	put_name(p, root, key, out);
	if (!value)
		return;
	buf_puts(out, strpbrk(value, " \t\r\n") ? "=\"" : "=");
	buf_puts(out, value);
	if (strpbrk(value, " \t\r\n"))
		buf_addc(out, '"');
}

/* The values of a key: each is a word of its own. */
static void put_leaf(const struct parser *p, uint16_t root, uint16_t key, struct buf *out)
{
	uint16_t value = p->nodes[key].child;

	if (!value)
		put_word(p, root, key, NULL, out);
	for (; value; value = p->nodes[value].child)
		put_word(p, root, key, p->nodes[value].text, out);
}

/* The keys below root, a key before what is below it. False: one is deeper than the kernel can write. */
static bool put_below(const struct parser *p, uint16_t root, uint16_t key, struct buf *out)
{
	for (uint16_t i = p->nodes[key].child; i; i = p->nodes[i].next) {
		if (p->nodes[i].is_value)
			continue;
		if (is_leaf(p, i)) {
			if (depth_below(p, root, i) >= BOOTCONFIG_DEPTH_MAX)
				return false;
			put_leaf(p, root, i, out);
		}
		if (!put_below(p, root, i, out))
			return false;
	}
	return true;
}

/* All or nothing, as the kernel does. A root that has a value itself has no name to write it by. */
static void put_words(const struct parser *p, const char *key, struct buf *out)
{
	own_buf struct buf words = {0};
	uint16_t i = p->nodes[0].child;

	while (i && strcmp(p->nodes[i].text, key) != 0)
		i = p->nodes[i].next;
	if (!i || is_leaf(p, i) || !put_below(p, i, i, &words))
		return;
	if (out->len > 0 && words.len > 0)
		buf_addc(out, ' ');
	buf_add_buf(out, &words);
}

int bootconfig_words(const char *text, size_t size, const char *key, struct buf *out,
		     struct fault *f)
{
	own_mem char *copy = NULL;
	own_mem struct node *nodes = calloc(BOOTCONFIG_NODES_MAX + 1, sizeof(*nodes));
	struct parser parser = {.nodes = nodes, .count = 1};

	if (size == 0 || size > BOOTCONFIG_TEXT_MAX)
		return fault_set(f, EBADMSG, "a boot configuration of %zu bytes", size);
	parser.at = copy = bytes_text(text, size);
	if (!copy || !nodes)
		return fault_set(f, ENOMEM, "reading a boot configuration");
	parse(&parser);
	if (parser.error)
		return fault_set(f, EBADMSG, "reading the boot configuration: %s", parser.error);
	put_words(&parser, key, out);
	return out->failed ? fault_set(f, ENOMEM, "reading a boot configuration") : 0;
}
