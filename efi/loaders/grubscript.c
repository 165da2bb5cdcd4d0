/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * GRUB's script language, parsed. Its lexer and grammar are grub-core/script/yylex.l and parser.y of
 * GRUB 2.06; docs/formats/boot-loaders.md says what of it is read. Where GRUB refuses a statement, so
 * do we, and go on with the next line.
 */
#include "efi/loaders/grubscript.h"

#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "scanner/base/buf.h"

enum { CHUNK_BYTES = 64 * 1024 };

struct chunk {
	struct chunk *next;
	size_t used, size;
	max_align_t data[];
};

struct grubscript {
	struct chunk *chunks;
	size_t bytes, bytes_max;
	struct grubscript_command *first;
};

enum token {
	TOKEN_WORD,
	TOKEN_NEWLINE,
	TOKEN_SEMICOLON,
	TOKEN_OPEN,
	TOKEN_CLOSE,
	TOKEN_OTHER, /* | & < >: reserved by GRUB, used by nothing */
	TOKEN_END,
};

struct parser {
	struct grubscript *script;
	const char *at, *end;
	unsigned line;
	unsigned depth;
	bool full; /* GRUBSCRIPT_BYTES_MAX */
	bool no_memory;
	enum token token;
	unsigned token_line;
	struct grubscript_word *word;
	struct buf text;
	grubscript_error_fn *error;
	void *context;
};

/* ---- Memory: everything of a script is given back at once ---- */

static void *allocate(struct parser *p, size_t n)
{
	struct grubscript *s = p->script;
	struct chunk *chunk = s->chunks;
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

static const char *copy(struct parser *p, const char *text, size_t n)
{
	char *out = allocate(p, n + 1);

	if (out)
		memcpy(out, text, n);
	return out;
}

static bool stopped(const struct parser *p)
{
	return p->full || p->no_memory;
}

/* ---- Words ---- */

static int peek(const struct parser *p, size_t ahead)
{
	return (size_t)(p->end - p->at) > ahead ? (unsigned char)p->at[ahead] : -1;
}

static char take(struct parser *p)
{
	if (*p->at == '\n')
		p->line++;
	return *p->at++;
}

static void add_part(struct parser *p, struct grubscript_part ***last, bool variable, bool quoted,
		     const char *text, size_t n)
{
	struct grubscript_part *part = allocate(p, sizeof(*part));

	if (!part)
		return;
	*part = (struct grubscript_part){
		.variable = variable, .quoted = quoted, .text = copy(p, text, n)};
	if (!part->text)
		return;
	**last = part;
	*last = &part->next;
}

/* Hands over what was gathered of plain text. */
static void flush(struct parser *p, struct grubscript_part ***last, bool quoted)
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
static size_t name_length(const struct parser *p, size_t from)
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
static void variable(struct parser *p, struct grubscript_part ***last, bool quoted)
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
static void double_quoted(struct parser *p, struct grubscript_part ***last, bool literal)
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

static void single_quoted(struct parser *p)
{
	while (p->at < p->end && *p->at != '\'')
		buf_addc(&p->text, take(p));
}

static void quoted(struct parser *p, struct grubscript_part ***last)
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

static void read_word(struct parser *p)
{
	struct grubscript_part **last;

	p->word = allocate(p, sizeof(*p->word));
	if (!p->word)
		return;
	last = &p->word->parts;
	while (p->at < p->end && !stopped(p)) {
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

static void skip_blanks(struct parser *p)
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

static void next(struct parser *p)
{
	static const struct {
		char c;
		enum token token;
	} single[] = {
		{'\n', TOKEN_NEWLINE}, {';', TOKEN_SEMICOLON}, {'{', TOKEN_OPEN},
		{'}', TOKEN_CLOSE},    {'|', TOKEN_OTHER},     {'&', TOKEN_OTHER},
		{'<', TOKEN_OTHER},    {'>', TOKEN_OTHER},
	};

	skip_blanks(p);
	p->token_line = p->line;
	p->token = TOKEN_END;
	if (p->at >= p->end || stopped(p))
		return;
	for (size_t i = 0; i < sizeof(single) / sizeof(single[0]); i++) {
		if (*p->at == single[i].c) {
			take(p);
			p->token = single[i].token;
			return;
		}
	}
	p->token = TOKEN_WORD;
	read_word(p);
	if (stopped(p))
		p->token = TOKEN_END;
}

/* ---- Statements ---- */

static struct grubscript_command *parse_list(struct parser *p, const char *const *stops);

/* Is the current token this word, written plainly? */
static bool at_word(const struct parser *p, const char *word)
{
	const struct grubscript_part *part;

	if (p->token != TOKEN_WORD)
		return false;
	part = p->word->parts;
	return part && !part->next && !part->variable && !part->quoted &&
	       strcmp(part->text, word) == 0;
}

static bool at_any(const struct parser *p, const char *const *words)
{
	for (; words && *words; words++)
		if (at_word(p, *words))
			return true;
	return false;
}

static bool at_separator(const struct parser *p)
{
	return p->token == TOKEN_NEWLINE || p->token == TOKEN_SEMICOLON;
}

static void skip_separators(struct parser *p)
{
	while (at_separator(p))
		next(p);
}

static void complain(struct parser *p, const char *what)
{
	if (!stopped(p))
		p->error(p->context, p->token_line, what);
}

/* After a mistake the statement is given up to the end of its line, as GRUB does. */
static void skip_line(struct parser *p)
{
	while (p->token != TOKEN_NEWLINE && p->token != TOKEN_END)
		next(p);
}

static bool expect(struct parser *p, const char *word, const char *what)
{
	if (at_word(p, word)) {
		next(p);
		return true;
	}
	complain(p, what);
	return false;
}

static struct grubscript_command *new_command(struct parser *p, enum grubscript_kind kind)
{
	struct grubscript_command *command = allocate(p, sizeof(*command));

	if (command)
		*command = (struct grubscript_command){.kind = kind, .line = p->token_line};
	return command;
}

/* The commands between "{" and "}"; the current token is behind the "{". */
static struct grubscript_command *parse_block(struct parser *p)
{
	struct grubscript_command *block = parse_list(p, NULL);

	if (p->token == TOKEN_CLOSE)
		next(p);
	else
		complain(p, "a block that is not closed");
	return block;
}

static void parse_words(struct parser *p, struct grubscript_command *command)
{
	struct grubscript_word **last = &command->words;

	while (p->token == TOKEN_WORD || p->token == TOKEN_OPEN) {
		if (p->token == TOKEN_WORD) {
			*last = p->word;
			last = &p->word->next;
			next(p);
			continue;
		}
		next(p);
		command->block = parse_block(p);
		command->has_block = true;
	}
}

static struct grubscript_command *parse_if(struct parser *p)
{
	static const char *const then[] = {"then", NULL};
	static const char *const ends[] = {"else", "elif", "fi", NULL};
	static const char *const fi[] = {"fi", NULL};
	struct grubscript_command *command = new_command(p, GRUBSCRIPT_IF);

	if (!command)
		return NULL;
	next(p);
	command->condition = parse_list(p, then);
	if (!expect(p, "then", "an \"if\" without \"then\""))
		return command;
	command->block = parse_list(p, ends);
	if (at_word(p, "elif")) {
		/* Its "fi" is the one of the whole. */
		if (++p->depth < GRUBSCRIPT_DEPTH_MAX)
			command->otherwise = parse_if(p);
		else
			complain(p, "too many \"elif\"");
		p->depth--;
		return command;
	}
	if (at_word(p, "else")) {
		next(p);
		command->otherwise = parse_list(p, fi);
	}
	expect(p, "fi", "an \"if\" without \"fi\"");
	return command;
}

static void parse_body(struct parser *p, struct grubscript_command *command)
{
	static const char *const done[] = {"done", NULL};

	skip_separators(p);
	if (!expect(p, "do", "a loop without \"do\""))
		return;
	command->block = parse_list(p, done);
	expect(p, "done", "a loop without \"done\"");
}

static struct grubscript_command *parse_for(struct parser *p)
{
	struct grubscript_command *command = new_command(p, GRUBSCRIPT_FOR);
	struct grubscript_word *name;

	if (!command)
		return NULL;
	next(p);
	name = p->token == TOKEN_WORD ? p->word : NULL;
	if (!name) {
		complain(p, "a \"for\" without a variable");
		return command;
	}
	next(p);
	if (!expect(p, "in", "a \"for\" without \"in\""))
		return command;
	parse_words(p, command);
	name->next = command->words;
	command->words = name;
	parse_body(p, command);
	return command;
}

static struct grubscript_command *parse_while(struct parser *p)
{
	static const char *const stops[] = {"do", NULL};
	struct grubscript_command *command = new_command(p, GRUBSCRIPT_WHILE);

	if (!command)
		return NULL;
	next(p);
	command->condition = parse_list(p, stops);
	parse_body(p, command);
	return command;
}

static struct grubscript_command *parse_function(struct parser *p)
{
	struct grubscript_command *command = new_command(p, GRUBSCRIPT_FUNCTION);

	if (!command)
		return NULL;
	next(p);
	if (p->token == TOKEN_WORD) {
		command->words = p->word;
		next(p);
	}
	skip_separators(p);
	if (!command->words || p->token != TOKEN_OPEN) {
		complain(p, "a \"function\" without a name or a block");
		return command;
	}
	next(p);
	command->block = parse_block(p);
	return command;
}

static struct grubscript_command *parse_simple(struct parser *p)
{
	struct grubscript_command *command = new_command(p, GRUBSCRIPT_COMMAND);

	if (command)
		parse_words(p, command);
	return command;
}

static struct grubscript_command *parse_statement(struct parser *p)
{
	static const struct {
		const char *word;
		struct grubscript_command *(*parse)(struct parser *p);
	} statements[] = {
		{"if", parse_if},	{"for", parse_for},	      {"while", parse_while},
		{"until", parse_while}, {"function", parse_function},
	};

	for (size_t i = 0; i < sizeof(statements) / sizeof(statements[0]); i++)
		if (at_word(p, statements[i].word))
			return statements[i].parse(p);
	return parse_simple(p);
}

static bool at_stray_keyword(const struct parser *p)
{
	static const char *const words[] = {"then", "else", "elif", "fi",   "do",     "done",
					    "case", "esac", "in",   "time", "select", NULL};

	return at_any(p, words);
}

/* Up to a "}", a word of `stops` where a command would begin, or the end; that token stays. */
static struct grubscript_command *parse_list(struct parser *p, const char *const *stops)
{
	struct grubscript_command *first = NULL, **last = &first;

	if (++p->depth > GRUBSCRIPT_DEPTH_MAX) {
		complain(p, "blocks in blocks, too deep: the rest is left out");
		/* Nothing behind it can be told apart any more. */
		p->at = p->end;
		p->token = TOKEN_END;
	}
	for (;;) {
		skip_separators(p);
		if (p->token == TOKEN_END || p->token == TOKEN_CLOSE || at_any(p, stops))
			break;
		if (p->token != TOKEN_WORD || at_stray_keyword(p)) {
			complain(p, "not a GRUB command");
			next(p);
			skip_line(p);
			continue;
		}
		*last = parse_statement(p);
		if (!*last)
			break;
		last = &(*last)->next;
		if (!at_separator(p) && p->token != TOKEN_END && p->token != TOKEN_CLOSE) {
			complain(p, "more than a command");
			skip_line(p);
		}
	}
	p->depth--;
	return first;
}

struct grubscript *grubscript_parse(const char *text, size_t size, size_t bytes_max,
				    grubscript_error_fn *error, void *context, struct fault *f)
{
	struct grubscript *script = calloc(1, sizeof(*script));
	struct parser p = {.script = script,
			   .at = text,
			   .end = text + size,
			   .line = 1,
			   .error = error,
			   .context = context};
	struct grubscript_command **last;

	if (!script) {
		fault_set(f, ENOMEM, "reading a GRUB script");
		return NULL;
	}
	script->bytes_max = bytes_max;
	last = &script->first;
	next(&p);
	while (p.token != TOKEN_END) {
		*last = parse_list(&p, NULL);
		while (*last)
			last = &(*last)->next;
		if (p.token == TOKEN_CLOSE) {
			complain(&p, "a \"}\" that closes nothing");
			next(&p);
		}
	}
	buf_done(&p.text);
	if (p.full)
		error(context, p.line, "too much for one script: the rest is left out");
	if (p.no_memory) {
		grubscript_free(script);
		fault_set(f, ENOMEM, "reading a GRUB script");
		return NULL;
	}
	return script;
}

void grubscript_free(struct grubscript *script)
{
	struct chunk *chunk = script ? script->chunks : NULL;

	while (chunk) {
		struct chunk *after = chunk->next;

		free(chunk);
		chunk = after;
	}
	free(script);
}

size_t grubscript_bytes(const struct grubscript *script)
{
	return script->bytes;
}

const struct grubscript_command *grubscript_first(const struct grubscript *script)
{
	return script->first;
}
