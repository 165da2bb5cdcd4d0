/* SPDX-License-Identifier: GPL-2.0-or-later */
/* GRUB's commands that change variables: grub-core/kern/env.c, commands/loadenv.c, commands/search*.c of 2.06. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "efi/loaders/grubcmd.h"
#include "efi/loaders/grubenv.h"
#include "scanner/base/buf.h"
#include "scanner/base/bytes.h"
#include "scanner/base/own.h"

int grubcmd_assign(struct grubrun *g, const char *text, bool unknown, unsigned choice,
		   struct fault *f)
{
	const char *equals = strchr(text, '=');
	own_mem char *name = equals ? bytes_text(text, (size_t)(equals - text)) : NULL;
	int result;

	if (!equals)
		return 0;
	if (!name)
		return grubcmd_no_memory(f);
	/* Several choices of one command leave several values. */
	result = choice == 0 ? grubvars_set(g->vars, name, equals + 1, f)
			     : grubvars_add(g->vars, name, equals + 1, f);
	if (result == 0 && unknown)
		result = grubvars_add_unknown(g->vars, name, f);
	g->status = GRUBTEST_YES;
	return result;
}

static int run_set(struct grubrun *g, const struct grubcmd_call *c, struct fault *f)
{
	return c->count > 0 ? grubcmd_assign(g, c->args[0], c->unknown[0], c->choice, f) : 0;
}

static int run_unset(struct grubrun *g, const struct grubcmd_call *c, struct fault *f)
{
	g->status = GRUBTEST_YES;
	return c->count > 0 ? grubvars_unset(g->vars, c->args[0], f) : 0;
}

/* "export a" and "export a=b". */
static int run_export(struct grubrun *g, const struct grubcmd_call *c, struct fault *f)
{
	for (size_t i = 0; i < c->count; i++) {
		own_mem char *name = bytes_text(c->args[i], strcspn(c->args[i], "="));

		if (!name)
			return grubcmd_no_memory(f);
		if (grubcmd_assign(g, c->args[i], c->unknown[i], c->choice, f) < 0 ||
		    grubvars_export(g->vars, name, f) < 0)
			return -1;
	}
	g->status = GRUBTEST_YES;
	return 0;
}

struct environment {
	struct grubrun *g;
	char *const *wanted; /* names; none: all */
	size_t wanted_count;
};

static int take_variable(void *context, const char *name, const char *value, struct fault *f)
{
	const struct environment *e = context;
	bool wanted = e->wanted_count == 0;

	for (size_t i = 0; i < e->wanted_count; i++)
		wanted |= strcmp(e->wanted[i], name) == 0;
	if (!wanted)
		return 0;
	/* What is chosen for one boot is told apart from what is always the default. */
	if (strcmp(name, "next_entry") == 0) {
		free(e->g->next_entry);
		e->g->next_entry = strdup(value);
		return e->g->next_entry ? 0 : grubcmd_no_memory(f);
	}
	return grubvars_set(e->g->vars, name, value, f);
}

static int load_environment(struct grubrun *g, const char *said, struct environment *e,
			    struct fault *f)
{
	own_mem char *path = NULL;
	own_mem char *text = NULL;
	bool valid = true;
	size_t size;

	if (grubrun_resolve(g, said, &path, f) < 0)
		return -1;
	if (!path)
		return 0;
	if (loaders_read(g->l, path, &text, &size, f) < 0)
		return -1;
	if (text && grubenv_decode(text, size, take_variable, e, &valid, f) < 0)
		return -1;
	if (!valid)
		loaders_remark(g->l, path, 0, "not an environment block of GRUB");
	return 0;
}

static int run_load_env(struct grubrun *g, const struct grubcmd_call *c, struct fault *f)
{
	const char *file = NULL;
	size_t i;

	for (i = 0; i < c->count && c->args[i][0] == '-'; i++) {
		const char *value = grubcmd_option(c, &i, "file", 'f');

		if (value)
			file = value;
	}
	{
		struct environment e = {g, c->args + i, c->count - i};
		const struct grubvars_value *prefix = grubvars_get(g->vars, "prefix");
		own_buf struct buf usual = {0};

		buf_printf(&usual, "%s/grubenv", prefix->count ? prefix->texts[0] : "");
		if (usual.failed)
			return grubcmd_no_memory(f);
		return load_environment(g, file ? file : buf_text(&usual), &e, f);
	}
}

/* search, probe, regexp, read, …: they put into a variable what only the machine knows. */
static int run_sets_unknown(struct grubrun *g, const struct grubcmd_call *c, struct fault *f)
{
	for (size_t i = 0; i < c->count; i++) {
		const char *name = grubcmd_option(c, &i, "set", 's');

		if (!name && strcmp(c->args[i], "--set") == 0)
			name = "root";
		if (!name)
			continue;
		/* "1:name" of regexp */
		while (isdigit((unsigned char)*name) || *name == ':')
			name++;
		/* "--set --fs-uuid" */
		if (*name == '-' || !*name)
			name = "root";
		if (grubvars_set_unknown(g->vars, name, f) < 0)
			return -1;
	}
	return 0;
}

/* search.fs_uuid UUID VARIABLE HINTS… */
static int run_search_dot(struct grubrun *g, const struct grubcmd_call *c, struct fault *f)
{
	return c->count > 1 ? grubvars_set_unknown(g->vars, c->args[1], f) : 0;
}

static int run_read(struct grubrun *g, const struct grubcmd_call *c, struct fault *f)
{
	const char *name = c->count > 0 ? c->args[c->count - 1] : NULL;

	return name && *name != '-' ? grubvars_set_unknown(g->vars, name, f) : 0;
}

const struct grubcmd_row grubcmd_variables[] = {
	{"set", run_set},
	{"unset", run_unset},
	{"export", run_export},
	{"load_env", run_load_env},
	{"search", run_sets_unknown},
	{"probe", run_sets_unknown},
	{"regexp", run_sets_unknown},
	{"smbios", run_sets_unknown},
	{"getenv", run_sets_unknown},
	{"cat", run_sets_unknown},
	{"search.file", run_search_dot},
	{"search.fs_label", run_search_dot},
	{"search.fs_uuid", run_search_dot},
	{"read", run_read},
	{0},
};
