/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SBAT as shim parses and compares it (sbat.c and csv.c of shim 16): docs/formats/authenticode.md. */
#include "efi/sbat.h"
#include "scanner/base/bytes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS_MAX = 6 };

static const struct {
	unsigned columns; /* more are ignored */
	unsigned least;
	unsigned version; /* which column */
} kinds[] = {
	[SBAT_SECTION] = {.columns = 6, .least = 6, .version = 4},
	[SBAT_LEVEL] = {.columns = 3, .least = 2, .version = 2},
};

/* Digits as far as there are some, in shim's 16 bits. */
static uint16_t generation_of(const char *text)
{
	uint16_t value = 0;

	while (*text == ' ' || *text == '\t')
		text++;
	for (; *text >= '0' && *text <= '9'; text++)
		value = (uint16_t)(value * 10 + (*text - '0'));
	return value;
}

/* Splits a line in place. Returns how many columns there are, up to `max`. */
static unsigned split(char *line, char *columns[static COLUMNS_MAX], unsigned max)
{
	unsigned count = 0;

	while (count < max) {
		columns[count++] = line;
		line = strchr(line, ',');
		if (!line)
			break;
		*line++ = 0;
	}
	return count;
}

static const char *line_decode(char *line, enum sbat_kind kind, struct sbat_line *out)
{
	char *columns[COLUMNS_MAX] = {0};
	unsigned count = split(line, columns, kinds[kind].columns);

	if (count < kinds[kind].least || !columns[1])
		return "a line has too few columns";
	for (unsigned i = 0; i < count; i++)
		if (!*columns[i])
			return "a line has an empty column";
	*out = (struct sbat_line){
		.component = columns[0],
		.generation = generation_of(columns[1]),
		.version = count > kinds[kind].version ? columns[kinds[kind].version] : "",
	};
	return NULL;
}

/* Cuts the text into lines in place. */
static void lines_decode(struct sbat *s, enum sbat_kind kind)
{
	char *at = s->text, *end;

	if (strncmp(at, "\xef\xbb\xbf", 3) == 0)
		at += 3;
	for (unsigned n = 1; *at && !s->malformed && !s->too_much; n++) {
		at += strspn(at, "\r\n");
		end = at + strcspn(at, "\r\n");
		if (end == at)
			break;
		s->too_much = s->count == SBAT_LINES_MAX;
		if (s->too_much)
			break;
		if (*end)
			*end++ = 0;
		s->malformed = line_decode(at, kind, &s->lines[s->count]);
		s->malformed_line = s->malformed ? n : 0;
		s->count += !s->malformed;
		at = end;
	}
}

int sbat_decode(const void *data, size_t size, enum sbat_kind kind, struct sbat *out,
		struct fault *f)
{
	struct sbat s = {0};

	size = strnlen(data, size);
	s.too_much = size > SBAT_BYTES_MAX;
	if (!s.too_much) {
		s.text = bytes_text(data, size);
		s.lines = calloc(SBAT_LINES_MAX, sizeof(*s.lines));
		if (!s.text || !s.lines) {
			sbat_done(&s);
			return fault_set(f, ENOMEM, "SBAT");
		}
		lines_decode(&s, kind);
	}
	*out = s;
	return 0;
}

void sbat_done(struct sbat *s)
{
	free(s->text);
	free(s->lines);
	*s = (struct sbat){0};
}

const struct sbat_line *sbat_revoked(const struct sbat *section, const struct sbat *level)
{
	for (size_t i = 0; i < section->count; i++)
		for (size_t k = 0; k < level->count; k++) {
			if (strcmp(section->lines[i].component, level->lines[k].component) != 0)
				continue;
			if (section->lines[i].generation < level->lines[k].generation)
				return &section->lines[i];
			break;
		}
	return NULL;
}

bool sbat_names(const struct sbat *section, const char *component)
{
	size_t n = strlen(component);

	for (size_t i = 0; i < section->count; i++) {
		const char *name = section->lines[i].component;

		if (strncmp(name, component, n) == 0 && (name[n] == 0 || name[n] == '.'))
			return true;
	}
	return false;
}

bool sbat_level_newer(const struct sbat *a, const struct sbat *b)
{
	if (a->count == 0 || b->count == 0)
		return b->count > 0;
	if (a->lines[0].generation != b->lines[0].generation)
		return b->lines[0].generation > a->lines[0].generation;
	return strcmp(b->lines[0].version, a->lines[0].version) > 0;
}
