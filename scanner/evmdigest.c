/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The bytes EVM hashes or signs for an inode, from what was read of it. The format is in
 * docs/formats/evm.md; the kernel's side is security/integrity/evm/evm_crypto.c.
 */
#include "scanner/evmdigest.h"

enum { MISC_BYTES = 24 };

/*
 * struct h_misc of a 64 bit little-endian kernel. Big-endian and 32 bit targets would hash another
 * layout; neither is told apart here (docs/formats/evm.md).
 */
static void misc_encode(uint64_t ino, uint32_t generation, const struct inode_facts *inode,
			uint8_t out[MISC_BYTES])
{
	const struct {
		uint64_t value;
		unsigned size;
	} fields[] = {
		{ino, 8},	 {generation, 4},	    {inode->uid, 4},
		{inode->gid, 4}, {inode->mode & 0xffff, 2}, {0, 2}, /* padding of the structure */
	};

	for (unsigned i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		for (unsigned shift = 0; shift < fields[i].size; shift++)
			*out++ = (uint8_t)(fields[i].value >> (8 * shift));
}

/* Does the label's kind leave out what binds it to one inode of one file system? */
static bool is_portable(enum imaxattr_type type)
{
	return type == IMAXATTR_PORTABLE;
}

/*
 * Adds the values of the protected attributes in the kernel's order, with nothing between them. A
 * portable label covers all the kernel knows of, the others those its build enabled. *out_count
 * says how many were there. False: one of them could not be read, so that the bytes are not known.
 */
static bool add_values(const struct kernel_profile *profile, enum imaxattr_type type,
		       const struct attrs *attrs, const struct attrs_value *capability,
		       struct buf *out, unsigned *out_count)
{
	*out_count = 0;
	for (unsigned i = 0; i < PROFILE_XATTR_COUNT; i++) {
		const struct attrs_value *value = &attrs->protected[i];

		if (!is_portable(type) && !(profile->evm_xattrs & 1u << i))
			continue;
		if (i == PROFILE_XATTR_CAPABILITY && capability)
			value = capability;
		if (value->state == ATTRS_UNREADABLE)
			return false;
		if (value->state != ATTRS_PRESENT)
			continue;
		(*out_count)++;
		buf_add(out, value->data, value->size);
	}
	return true;
}

bool evmdigest_input(const struct kernel_profile *profile, enum imaxattr_type type,
		     const struct inode_facts *inode, const struct attrs *attrs,
		     const struct evm_fs *fs, const struct attrs_value *capability, struct buf *out,
		     const char **out_why)
{
	bool bound = !is_portable(type), with_uuid = bound && profile->evm_fsuuid;
	uint8_t misc[MISC_BYTES];
	unsigned count;

	*out_why = NULL;
	buf_clear(out);
	if (!add_values(profile, type, attrs, capability, out, &count))
		*out_why = "unreadable";
	else if (!count || (!bound && ATTRS_IMA(attrs)->state != ATTRS_PRESENT))
		return false;
	else if (bound && !inode->has_generation)
		*out_why = "no-generation";
	else if (with_uuid && !fs->has_uuid)
		*out_why = "no-fsuuid";
	if (*out_why)
		return false;
	misc_encode(bound ? inode->ino : 0, bound ? inode->generation : 0, inode, misc);
	buf_add(out, misc, sizeof(misc));
	if (with_uuid)
		buf_add(out, fs->uuid, sizeof(fs->uuid));
	if (out->failed)
		*out_why = EVMDIGEST_NO_MEMORY;
	return !out->failed;
}
