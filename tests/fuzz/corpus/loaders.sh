# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Configurations of boot loaders.

# Texts of a boot loader, one a line: name|text, with \n and, before what it includes, \0.
loader_seeds() {
	local target=$1 name text
	while IFS='|' read -r name text; do
		printf '%b' "$text" | seed "$target" "$name"
	done
}

corpus_grub() {
	loader_seeds grub <<-'EOT'
		plain|set default="0"\nmenuentry 'A' --class x --id a {\n\tlinux /vmlinuz root=UUID=1 ro\n\tinitrd /i newc:x:/j\n}\n
		header|if [ -s $prefix/grubenv ]; then\n  set have_grubenv=true\n  load_env\nfi\nif [ "${next_entry}" ] ; then\n set default="${next_entry}"\nelse\n set default="${saved_entry}"\nfi\n\0# GRUB Environment Block\nsaved_entry=a>b\nnext_entry=1\n####
		unknown|if [ "$grub_platform" = efi -a ! -f /x ]; then set x=a; elif true; then set x="b c"; else set x=; fi\nmenuentry A { linux /k $x; }
		functions|function f { for v in a b $1; do menuentry "$v" { linux /k "$@" $#; }; done; }\nf x 'y z'\n
		users|set superusers="root"\nexport superusers\npassword_pbkdf2 root x\nsubmenu S --users a { menuentry B --unrestricted { chainloader +1; } }
		include|source $prefix/custom.cfg\nconfigfile (hd0)/grub.cfg\neval "echo $a"\0menuentry X { multiboot2 /xen; module2 /k placeholder x; module2 /i; }
		bls|blsdir=/a\nblscfg\0title T\nlinux /k\noptions $kernelopts a="b c"\ninitrd /i\n
		quotes|echo "a\\$b\\"\\\n c" 'd\ne' $"f" \\g h#i # j\nwhile [ $a -lt 3 ]; do break; done; until false; do set a=$a$a; done
		odd|if a\nelse {\n}}} ; ;; | "open ${x
	EOT
}

corpus_grubenv() {
	loader_seeds grubenv <<-'EOT'
		plain|# GRUB Environment Block\nsaved_entry=a>b\nkernelopts=root=/dev/x ro\n#######
		escapes|# GRUB Environment Block\na=b\\\\\nc\\\\\\\\d\n=x\ny\n#
		wrong|# GRUB Environment\na=b\n
	EOT
}

corpus_bls() {
	loader_seeds bls <<-'EOT'
		plain|title T\nversion 6.1~rc1-2^3.4\nmachine-id 1\nsort-key s\nlinux /k\ninitrd /i /j\noptions a\noptions b\n
		uki|uki /a.efi\nprofile 1\n# x\nefi /b\nuki-url http://x\n
		settings|timeout 3\ndefault a-*\neditor no\neditor maybe\n
		files|x\0linux /k\noptions a $b\ndefault [a\neditor off\n
	EOT
}

corpus_refind() {
	loader_seeds refind <<-'EOT'
		plain|timeout 20\nmenuentry "A b" {\n loader \\EFI\\x.efi\n initrd /i\n options "ro say=""q"""\n submenuentry S {\n add_options "x"\n disabled\n }\n}\n
		include|include a.conf\nscanfor manual,internal\nhideui editor,all\nmenuentry B {\nloader x\0menuentry C {\n loader y\n}\ninclude z\n
	EOT
}

corpus_limine() {
	loader_seeds limine <<-'EOT'
		new|default_entry: 2\n${R}=root=/dev/x\n/+L\n//A\nkernel_path: boot():/k#ab\nmodule_path: uuid(1):/i\ncmdline: ${R} ${ARCH}\n/B\npath: x\n
		old|TIMEOUT=5\nEDITOR_ENABLED=no\n:A\nKERNEL_PATH=boot://2/k\nMODULE_PATH=x\nCMDLINE=a=b\n::B\n
	EOT
}

corpus_syslinux() {
	loader_seeds syslinux <<-'EOT'
		plain|UI menu.c32\nDEFAULT b\nMENU MASTER PASSWD x\nLABEL a\nMENU LABEL ^A\nLINUX ../k\nAPPEND initrd=i,j x\nINITRD u,v\nlabel b\nkernel k\nappend -\n
		include|INCLUDE a\nALLOWOPTIONS 0\nNOESCAPE 1\nPROMPT 1\0LABEL c\nMENU INCLUDE b\nMENU HIDE\nMENU BEGIN\nLINUX k\nfdtdir /x\nappend ${y}\n
	EOT
}

corpus_uboot() {
	loader_seeds uboot <<-'EOT'
		script|setenv opts "a ${b}"\nif test -n $x; then env set bootargs 'c' ${opts}; fi\nload mmc 0:1 ${k} /vmlinuz; load mmc 0:1 ${r} i\nbooti ${k} ${r}:${s} ${f}\n
		environment|uname_r=6.1\ncmdline=quiet x\n#bootargs=y\nextraargs=z\n
	EOT
	{ hex 27051956 "$(repeat 00 26)" 06 "$(repeat 00 33)" 00000016 00000000 && printf 'setenv bootargs a\nbootm'; } |
		seed uboot image
}

corpus_zipl() {
	loader_seeds zipl <<-'EOT'
		plain|[defaultboot]\ndefault = b\n[a]\nimage=/boot/image,0x10000\nramdisk=/i,1\nparameters="root=/dev/x"\n:menu\n1=a\nprompt=1\n
		parmfile|[b]\nimage=/k\nparmfile=/p\0one\ntwo\n
	EOT
}

corpus_raspberry() {
	loader_seeds raspberry <<-'EOT'
		plain|kernel=k.img\ninitramfs i,j followkernel\ncmdline=c.txt\n[pi4]\nos_prefix=x/\n[all]\nauto_initramfs=1\n\0console=x root=y\n
		include|include a.txt\n[none]\nkernel=kernel8.img\0[pi3]\nramfsfile=x\ninclude b.txt\n
	EOT
}

corpus_template() {
	loader_seeds template <<-'EOT'
		shell|# x\nexport GRUB_CMDLINE_LINUX="a \\"b\\" $c"\nKDUMP_CMDLINE_APPEND+='d\ne'\nkernel_cmdline=`f`\nUSE_KDUMP=0\nKDUMP_KERNEL=/k\n
		words|# x\nroot=/dev/y\n  quiet\nCmdline=@/etc/z\n
		preset|default_options="-S x --cmdline /a"\nb_options='--cmdline=/c'\0d e\n
	EOT
}
