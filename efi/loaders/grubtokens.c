/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tokens of GRUB's script language (grub-core/script/yylex.l of GRUB 2.06), and the memory they stand in. */
#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "efi/loaders/grubscript_internal.h"

enum { CHUNK_BYTES = 64 * 1024 };

/* ---- Memory: everything of a script is given back at once ---- */

void *grubscript_allocate(struct grubscript_parser *p, size_t n)
{
	struct grubscript *s = p->script;
	struct grubscript_chunk *chunk = s->chunks;
	void *out;

	n = (n + sizeof(max_align_t) - 1) / sizeof(max_align_t) * sizeof(max_align_t);
	if (!chunk || chunk->size - chunk->used < n) {
		size_t size = n > CHUNK_BYTES ? n : CHUNK_BYTES;

		if (size > s->bytes_max - s->bytes) {
			p->full = true;
			return NULL;
		}
		chunk = calloc(1, sizeof(*chunk) + size);
		if (!chunk) {
			p->no_memory = true;
			return NULL;
		}
		chunk->size = size;
		chunk->next = s->chunks;
		s->chunks = chunk;
		s->bytes += size;
	}
	out = (uint8_t *)chunk->data + chunk->used;
	chunk->used += n;
	return out;
}

const char *grubscript_copy(struct grubscript_parser *p, const char *text, size_t n)
{
	char *out = grubscript_allocate(p, n + 1);

	if (out)
		memcpy(out, text, n);
	return out;
}

bool grubscript_stopped(const struct grubscript_parser *p)
{
	return p->full || p->no_memory;
}

/* ---- Words ---- */

static int peek(const struct grubscript_parser *p, size_t ahead)
{
	return (size_t)(p->end - p->at) > ahead ? (unsigned char)p->at[ahead] : -1;
}

static char take(struct grubscript_parser *p)
{
	if (*p->at == '\n')
		p->line++;
	return *p->at++;
}

static void add_part(struct grubscript_parser *p, struct grubscript_part ***last, bool variable,
		     bool quoted, const char *text, size_t n)
{
	struct grubscript_part *part = grubscript_allocate(p, sizeof(*part));

	if (!part)
		return;
	*part = (struct grubscript_part){
		.variable = variable, .quoted = quoted, .text = grubscript_copy(p, text, n)};
	if (!part->text)
		return;
	**last = part;
	*last = &part->next;
}

/* Hands over what was gathered of plain text. */
static void flush(struct grubscript_parser *p, struct grubscript_part ***last, bool quoted)
{
	if (p->text.failed)
		p->no_memory = true;
	else if (p->text.len > 0)
		add_part(p, last, false, quoted, p->text.data, p->text.len);
	buf_clear(&p->text);
}

static bool name_start(int c)
{
	return c >= 0 && (isalpha(c) || c == '_');
}

static bool name_inside(int c)
{
	return c >= 0 && (isalnum(c) || c == '_');
}

/* How many characters behind "$" or "${" are the name of a variable; 0: none. */
static size_t name_length(const struct grubscript_parser *p, size_t from)
{
	int first = peek(p, from);
	size_t n = 0;

	if (name_start(first)) {
		while (name_inside(peek(p, from + n)))
			n++;
	} else if (first >= '0' && first <= '9') {
		while (peek(p, from + n) >= '0' && peek(p, from + n) <= '9')
			n++;
	} else if (first > 0 && strchr("?#*@", first)) {
		n = 1;
	}
	return n;
}

/* At a "$". A "$" that starts no variable is a character (GRUB takes the statement for an error). */
static void variable(struct grubscript_parser *p, struct grubscript_part ***last, bool quoted)
{
	bool braces = peek(p, 1) == '{';
	size_t from = braces ? 2 : 1;
	size_t n = name_length(p, from);

	if (n == 0 || (braces && peek(p, from + n) != '}')) {
		buf_addc(&p->text, take(p));
		return;
	}
	flush(p, last, quoted);
	add_part(p, last, true, quoted, p->at + from, n);
	p->at += from + n + (braces ? 1 : 0);
}

/* Behind the opening quote. `literal`: no variables, as in $"…". */
static void double_quoted(struct grubscript_parser *p, struct grubscript_part ***last, bool literal)
{
	while (p->at < p->end && *p->at != '"') {
		int next = peek(p, 1);

		if (*p->at == '$' && !literal) {
			variable(p, last, true);
		} else if (*p->at == '\\' && next == '\n') {
			take(p);
			take(p);
		} else if (*p->at == '\\' && (next == '$' || next == '\\' || next == '"')) {
			take(p);
			buf_addc(&p->text, take(p));
		} else {
			buf_addc(&p->text, take(p));
		}
	}
}

static void single_quoted(struct grubscript_parser *p)
{
	while (p->at < p->end && *p->at != '\'')
		buf_addc(&p->text, take(p));
}

static void quoted(struct grubscript_parser *p, struct grubscript_part ***last)
{
	unsigned line = p->line;
	bool literal = *p->at == '$';
	char quote;

	flush(p, last, false);
	if (literal)
		take(p);
	quote = take(p);
	/* An empty string is a word nevertheless. */
	add_part(p, last, false, true, "", 0);
	if (quote == '"')
		double_quoted(p, last, literal);
	else
		single_quoted(p);
	flush(p, last, true);
	if (p->at < p->end)
		take(p);
	else
		p->error(p->context, line, "a quotation that is not closed");
}

static bool ends_word(int c)
{
	return c < 0 || strchr("{}|&$;<> \t\r\n'\"\\", c) != NULL;
}

static void read_word(struct grubscript_parser *p)
{
	struct grubscript_part **last;

	p->word = grubscript_allocate(p, sizeof(*p->word));
	if (!p->word)
		return;
	last = &p->word->parts;
	while (p->at < p->end && !grubscript_stopped(p)) {
		int c = peek(p, 0);

		if (c == '\'' || c == '"' || (c == '$' && peek(p, 1) == '"')) {
			quoted(p, &last);
		} else if (c == '$') {
			variable(p, &last, false);
		} else if (c == '\\') {
			take(p);
			if (p->at < p->end && *p->at != '\n')
				buf_addc(&p->text, take(p));
			else if (p->at < p->end)
				take(p);
		} else if (c == 0 || !ends_word(c)) {
			buf_addc(&p->text, take(p));
		} else {
			break;
		}
	}
	flush(p, &last, false);
}

static void skip_blanks(struct grubscript_parser *p)
{
	for (;;) {
		int c = peek(p, 0);

		if (c == ' ' || c == '\t' || c == '\r')
			take(p);
		else if (c == '\\' && peek(p, 1) == '\n')
			p->at++, take(p);
		else if (c == '#')
			while (p->at < p->end && *p->at != '\n')
				take(p);
		else
			return;
	}
}

void grubscript_next(struct grubscript_parser *p)
{
	static const struct {
		char c;
		enum grubscript_token token;
	} single[] = {
		{'\n', GRUBTOKEN_NEWLINE}, {';', GRUBTOKEN_SEMICOLON}, {'{', GRUBTOKEN_OPEN},
		{'}', GRUBTOKEN_CLOSE},	   {'|', GRUBTOKEN_OTHER},     {'&', GRUBTOKEN_OTHER},
		{'<', GRUBTOKEN_OTHER},	   {'>', GRUBTOKEN_OTHER},
	};

	skip_blanks(p);
	p->token_line = p->line;
	p->token = GRUBTOKEN_END;
	if (p->at >= p->end || grubscript_stopped(p))
		return;
	for (size_t i = 0; i < sizeof(single) / sizeof(single[0]); i++) {
		if (*p->at == single[i].c) {
			take(p);
			p->token = single[i].token;
			return;
		}
	}
	p->token = GRUBTOKEN_WORD;
	read_word(p);
	if (grubscript_stopped(p))
		p->token = GRUBTOKEN_END;
}
