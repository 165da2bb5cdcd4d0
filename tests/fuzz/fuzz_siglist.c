/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as signature lists: each entry within them, certificates read and looked up. */
#include <stdlib.h>

#include "efi/certinfo.h"
#include "efi/knowncert.h"
#include "efi/siglist.h"
#include "scanner/digest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look(const struct siglist_entry *entry)
{
	struct certinfo cert;
	struct fault fault;

	if (certinfo_decode(entry->data, entry->size, &cert, &fault) == 0 && !cert.subject)
		abort();
	if (cert.subject)
		(void)knowncert_is_test_subject(cert.subject);
	(void)knowncert_by_sha256(cert.sha256);
	certinfo_done(&cert);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int ready;
	struct siglist list;
	struct fault fault;

	if (!ready++ && digest_init(NULL) < 0)
		abort();
	if (siglist_decode(data, size, &list, &fault) < 0)
		abort();
	if (list.malformed && (list.malformed_at >= size || !list.malformed_why))
		abort();
	for (size_t i = 0; i < list.count; i++) {
		const struct siglist_entry *entry = &list.entries[i];

		if (entry->data < data + entry->offset || entry->data + entry->size > data + size)
			abort();
		if (!siglist_type_name(entry->type))
			abort();
		if (entry->type == SIGLIST_X509)
			look(entry);
	}
	siglist_done(&list);
	return 0;
}
