/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Variables of a shell text: their names, and what they are set to on the way. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "efi/shelltext.h"
#include "efi/shelltext_internal.h"
#include "scanner/base/own.h"

void shelltext_variables_done(struct shelltext_variables *variables)
{
	for (size_t i = 0; i < variables->count; i++) {
		free(variables->items[i].name);
		free(variables->items[i].value);
	}
	variables->count = 0;
}

static struct shelltext_variable *find(struct shelltext_variables *variables, const char *name)
{
	for (size_t i = 0; i < variables->count; i++)
		if (strcmp(variables->items[i].name, name) == 0)
			return &variables->items[i];
	return NULL;
}

const struct shelltext_variable *shelltext_get(const struct shelltext_variables *variables,
					       const char *name)
{
	for (size_t i = 0; i < variables->count; i++)
		if (strcmp(variables->items[i].name, name) == 0)
			return variables->items[i].value ? &variables->items[i] : NULL;
	return NULL;
}

int shelltext_set(struct shelltext_variables *variables, const char *name, const char *value,
		  bool of_root, struct fault *f)
{
	struct shelltext_variable *variable = find(variables, name);
	own_mem char *copy = value ? strdup(value) : NULL;

	if (value && !copy)
		return fault_set(f, ENOMEM, "reading a script");
	if (!variable) {
		if (variables->count == SHELLTEXT_VARIABLES_MAX)
			return 0;
		variable = &variables->items[variables->count];
		*variable = (struct shelltext_variable){.name = strdup(name)};
		if (!variable->name)
			return fault_set(f, ENOMEM, "reading a script");
		variables->count++;
	}
	free(variable->value);
	variable->value = take_ptr(copy);
	variable->of_root = of_root;
	return 0;
}

static bool is_name_char(char c, bool first)
{
	return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (!first && c >= '0' && c <= '9');
}

size_t shelltext_name_length(const char *at, const char *end)
{
	size_t n = 0;

	while (at + n < end && is_name_char(at[n], n == 0))
		n++;
	return n;
}

bool shelltext_is_assignment(const char *word)
{
	size_t n = shelltext_name_length(word, word + strlen(word));

	return n > 0 && word[n] == '=';
}
