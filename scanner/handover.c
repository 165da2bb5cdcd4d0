/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Handing a target that has to be mounted to ima-rescue. */
#include "scanner/handover.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scanner/base/own.h"

bool handover_wanted(const char *target)
{
	static const char *const names[] = {"UUID=", "LABEL=", "PARTUUID=", "PARTLABEL="};
	struct stat st;

	if (stat(target, &st) == 0)
		return S_ISREG(st.st_mode) || S_ISBLK(st.st_mode);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strncmp(target, names[i], strlen(names[i])) == 0)
			return true;
	return false;
}

/* Our own path, and that of the program beside us. PATH is not asked: this runs as root. */
static int find_paths(char self[PATH_MAX], char other[PATH_MAX], struct fault *f)
{
	static const char name[] = "ima-rescue";
	ssize_t n = readlink("/proc/self/exe", self, PATH_MAX - 1);
	char *slash;

	if (n < 0)
		return fault_set(f, errno, "reading /proc/self/exe");
	self[n] = '\0';
	memcpy(other, self, (size_t)n + 1);
	slash = strrchr(other, '/');
	if (!slash || (size_t)(slash + 1 - other) + sizeof(name) > PATH_MAX)
		return fault_set(f, ENAMETOOLONG, "looking for %s", name);
	memcpy(slash + 1, name, sizeof(name));
	return 0;
}

int handover_exec(int argc, char **argv, const char *target, struct fault *f)
{
	char self[PATH_MAX], other[PATH_MAX];
	own_mem char **words = calloc((size_t)argc + 6, sizeof(*words));
	size_t n = 0;

	if (!words)
		return fault_set(f, ENOMEM, "starting ima-rescue");
	if (find_paths(self, other, f) < 0)
		return -1;
	words[n++] = other;
	words[n++] = (char *)"run";
	words[n++] = (char *)"--";
	words[n++] = (char *)target;
	words[n++] = self;
	for (int i = 1; i < argc; i++)
		words[n++] = argv[i] == target ? (char *)"{}" : argv[i];
	execv(other, words);
	return fault_set(f, errno,
			 "%s is no directory, and %s, which would mount it, cannot be started",
			 target, other);
}
