/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EFI_LOADERS_GRUBRUN_H
#define EFI_LOADERS_GRUBRUN_H

#include "efi/loaders/grubexpand.h"
#include "efi/loaders/grubtest.h"
#include "efi/loaders/loaders.h"

/*
 * A reader of GRUB's configuration that goes through it as GRUB does, boots nothing, and takes both ways
 * where it cannot know. Its parts: grubrun.c executes statements, grubcmd.h has the commands, grubmenu.c
 * the menus they make and what is chosen in them.
 */

enum {
	GRUBRUN_STEPS_MAX = 100000, /* commands; a configuration with a hundred kernels has 5000 */
	/* Of what is expanded, since one command may have 128 KiB. */
	GRUBRUN_BYTES_MAX = 64 * 1024 * 1024,
	GRUBRUN_DEPTH_MAX = 32, /* functions, files and menus in one another */
	GRUBRUN_FUNCTIONS_MAX = 512,
	GRUBRUN_USERS_MAX = 64,
	GRUBRUN_NODES_MAX = 8192, /* of menus */
	GRUBRUN_ERRORS_MAX = 32,  /* of one file that are listed one by one */
};

struct grubrun_file {
	struct grubrun_file *next;
	char *path;
	struct grubscript *script;
	unsigned errors;
	unsigned active; /* it is being executed, or a menu that it made is */
	struct loaders *l;
};

/* A line of a menu. */
struct grubrun_node {
	char **args; /* the title, then what else stood there: $1, $2, … */
	size_t arg_count;
	char *id;
	const struct grubscript_command *block;
	const struct grubrun_file *file;
	enum bootentry_source source;
	unsigned line; /* when it is not that of the command */
	bool submenu;
	bool doubtful; /* behind a condition that is only known at boot */
};

struct grubrun_menu {
	struct grubrun_node *nodes;
	size_t count;
};

struct grubrun_function {
	char *name;
	const struct grubscript_command *block;
	const struct grubrun_file *file;
};

enum grubrun_leave { GRUBRUN_STAY, GRUBRUN_BREAK, GRUBRUN_RETURN };

struct grubrun {
	struct loaders *l;
	struct grubvars *vars;
	struct grubrun_file *files;
	size_t file_count;
	size_t script_bytes;
	struct grubrun_function functions[GRUBRUN_FUNCTIONS_MAX];
	size_t function_count;
	char *users[GRUBRUN_USERS_MAX]; /* who have a password */
	size_t user_count;
	bool clear_password; /* one of them stands there as it is */

	/* Where it is. */
	const struct grubrun_file *file;
	struct grubexpand_scope scope;
	struct grubrun_menu *menu;
	enum grubtest_truth status; /* of the last command */
	enum grubrun_leave leave;
	unsigned doubt; /* conditions around this that are only known at boot */
	unsigned depth;
	size_t steps, bytes, nodes;
	bool stopped; /* a limit was met */

	/* The entry that is being put together, in l->out. */
	const struct grubrun_node *node; /* NULL: outside of a menu's line */
	size_t node_first;		 /* its first */
	size_t group_first;		 /* the first of this branch */
	size_t floor;			 /* those before it are done with */
	bool node_default, node_next;	 /* what is chosen is this line */
	bool node_unclear;		 /* it has commands that are not understood */
	bool modules; /* the last was a multiboot kernel; no module of it came yet */

	char *next_entry; /* chosen for one boot, in the environment block */
};

/* grubrun.c */
int grubrun_list(struct grubrun *g, const struct grubscript_command *list,
		 struct fault *f) FAULT_MUST_USE;
/* Executes a file; *out_found is false when it is not there. One that is being executed already is left
 * alone: it leads back to a menu that is known. */
int grubrun_source(struct grubrun *g, const char *path, bool *out_found,
		   struct fault *f) FAULT_MUST_USE;
bool grubrun_active(const struct grubrun *g, const char *path);
/* Keeps a text (taken) as a file of its own. NULL: a fault. */
struct grubrun_file *grubrun_keep(struct grubrun *g, const char *path, char *text, size_t size,
				  struct fault *f) FAULT_MUST_USE;
/* The file a name in a script means; NULL in *out_path when there is none. */
int grubrun_resolve(struct grubrun *g, const char *said, char **out_path,
		    struct fault *f) FAULT_MUST_USE;
/* Says once that a limit was met; nothing is executed any more. */
void grubrun_stop(struct grubrun *g, const char *what);

/* grubmenu.c */
/* A new line of the current menu, zeroed but for what is known here. NULL: full (f->os is 0), or a
 * fault. */
struct grubrun_node *grubmenu_add(struct grubrun *g, struct fault *f) FAULT_MUST_USE;
/* Goes into every line of a menu. `chosen` says which line is the default, NULL: the variable "default"
 * does when `is_default`; `next` which one is chosen for the next boot. */
int grubmenu_run(struct grubrun *g, struct grubrun_menu *menu, bool is_default, const char *chosen,
		 const char *next, struct fault *f) FAULT_MUST_USE;
void grubmenu_done(struct grubrun_menu *menu);
/* Says who can edit an entry, as things are now. */
void grubmenu_say_editing(const struct grubrun *g, struct bootentry *entry);
/* Executes a file with a menu of its own, and goes into that. */
int grubmenu_source(struct grubrun *g, const char *path, bool *out_found,
		    struct fault *f) FAULT_MUST_USE;

#endif
