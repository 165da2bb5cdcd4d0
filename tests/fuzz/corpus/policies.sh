# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Policies, and what says which one is in force: configuration, command lines, scripts.
# shellcheck disable=SC2154 # $out is of corpus.sh

corpus_policy() {
	local n=0 line
	while IFS= read -r line; do
		n=$((n + 1))
		printf '%s\n' "$line" | seed policy "$(printf 'rule-%02d' "$n")"
	done <<-'EOT'
		# a comment
		appraise func=BPRM_CHECK appraise_type=imasig
		appraise func=MMAP_CHECK mask=MAY_EXEC fowner=0 appraise_type=imasig|modsig
		appraise func=FILE_CHECK mask=^MAY_READ uid>999 euid=0 gid<5 egid=4 fgroup=0
		appraise func=FILE_CHECK digest_type=verity appraise_type=sigv3
		appraise func=MODULE_CHECK appraise_type=imasig|modsig appraise_flag=check_blacklist
		appraise func=SETXATTR_CHECK appraise_algos=sha256,sha384,sha512
		appraise fowner=0 permit_directio
		dont_appraise fsmagic=0x9fa0
		dont_appraise fsname=tmpfs
		appraise fsuuid=6f2c1b1e-8f0b-4d2a-9d6e-0123456789ab
		appraise obj_type=bin_t subj_user=system_u subj_role=staff_r obj_user=a obj_role=b subj_type=c
		measure func=KEY_CHECK keyrings=.builtin_trusted_keys|.ima template=ima-buf pcr=11
		measure func=CRITICAL_DATA label=selinux
		audit func=CREDS_CHECK mask=MAY_EXEC
		hash func=FILE_CHECK
		dont_hash fsmagic=0xEF53
		appraise func=POLICY_CHECK appraise_type=imasig fowner>1000 uid=0 uid=1
	EOT
	cat "$out"/policy/seed-rule-* | seed policy whole
}

corpus_policyscript() {
	local n=0 line
	while IFS= read -r line; do
		n=$((n + 1))
		printf '\1%b' "$line" | seed policyscript "$(printf 'hit-%02d' "$n")"
		printf '\0%b' "$line" | seed policyscript "$(printf 'command-%02d' "$n")"
	done <<-'EOT'
		P=/etc/p; S="/sys/kernel/security"\ncat ${P} > "$S"/ima/policy
		echo `cat /etc/p` $(cat < /q) >> /sys/kernel/security/ima/policy
		sh -c "cp '/etc/p' /sys/kernel/security/integrity/ima/policy"
		dd if=${NEWROOT}/etc/p of=$IMASECDIR/policy
		cat /etc/p | while read l; do echo $l > /sys/kernel/security/ima/policy; done
		cat <<-EOF > /x\n\tmeasure\n\tEOF\ncd /sys/kernel/security/ima && tee policy < /p
		for f in /etc/a ${X:-/b}; do . /lib/x; /usr/sbin/y "$f" '$z' \\\n; done # end
		appraise func=BPRM_CHECK\n# comment
	EOT
}

corpus_cmdlineword() {
	printf '\024root=/dev/sda1 ro quiet ima_appraise=off ima_policy="tcb|secure_boot" evm=fix lsm=lockdown,integrity -- single' |
		seed cmdlineword off
	printf '\011init=/bin/sh rd.break=x systemd.debug-shell initcall_blacklist=a,init_ima efi=noruntime module.sig_enforce=0' |
		seed cmdlineword start
	printf '\200dont_appraise fsmagic=0x01021994\nappraise func=BPRM_CHECK fowner=0 appraise_type=imasig\nappraise func=MMAP_CHECK obj_type=x\n' |
		seed cmdlineword policy
}

corpus_kconfig() {
	printf '%s\n' '#' '# Linux/x86 6.12.3 Kernel Configuration' '#' 'CONFIG_IMA=y' \
		'CONFIG_IMA_APPRAISE=y' 'CONFIG_IMA_DEFAULT_HASH="sha256"' 'CONFIG_CRYPTO_SHA512=m' \
		'# CONFIG_EVM_EXTRA_SMACK_XATTRS is not set' 'CONFIG_EVM=y' 'CONFIG_EVM_ATTR_FSUUID=y' \
		'CONFIG_SECURITY_SELINUX=y' 'CONFIG_FS_VERITY=y' 'CONFIG_CRYPTO_ECDSA=y' | seed kconfig plain
	printf '# CONFIG_IMA is not set\n' | seed kconfig without
	printf 'CONFIG_IMA=y\r\nCONFIG_IMA_DEFAULT_HASH="unterminated\nCONFIG_=\n=y' | seed kconfig odd
}
