/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From a volume to what is opened of it. */
#include "rescue/source.h"

struct evidence_source source_of_volume(const struct volume *volume, const char *subvolume)
{
	if (volume->overlay)
		return (struct evidence_source){
			.path = volume->overlay,
			.size_bytes = volume->size_bytes,
			.whole = true,
			.type = volume->probe.type,
			.subvolume = subvolume,
			.overlay = true,
		};
	return (struct evidence_source){
		.path = volume->path,
		.offset_bytes = volume->offset_bytes,
		.size_bytes = volume->size_bytes,
		.whole = volume->rdev != 0,
		.type = volume->probe.type,
		.subvolume = subvolume,
		.not_replayed = volume->not_replayed,
	};
}
