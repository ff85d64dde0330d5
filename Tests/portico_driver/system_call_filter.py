"""Compile what a unit says about system calls into the program that the kernel runs, as systemd would: UNIT, then the file to write.

Run by Debian's python3, which has libseccomp's module. Rules that systemd makes of other lines (namespaces, clocks, modules) are left out.
"""

import errno
import mmap
import re
import socket
import subprocess
import sys

import seccomp

SHM_EXEC = 0o100000


def main(unit_file, filter_file):
    text = open(unit_file, encoding="utf-8").read()
    rules = seccomp.SyscallFilter(seccomp.ERRNO(errno.EPERM))
    for name in sorted(allowed(re.findall(r"^SystemCallFilter=(.*)$", text, re.MULTILINE))):
        allow(rules, name, text)
    with open(filter_file, "wb") as file:
        rules.export_bpf(file)


def allowed(lines):
    """The names that the lines allow one after another; ~ takes away again (systemd.exec(5))."""
    names = set()
    for line in lines:
        group = {name for word in line.lstrip("~").split() for name in expanded(word)}
        names = names - group if line.startswith("~") else names | group
    return names


def expanded(word):
    if not word.startswith("@"):
        return {word}
    listed = subprocess.run(["systemd-analyze", "syscall-filter", "--no-pager", word], capture_output=True, text=True, check=True).stdout
    words = [line.strip() for line in listed.splitlines()[1:] if line.strip() and not line.strip().startswith("#")]
    return {name for each in words for name in expanded(each)}


def allow(rules, name, text):
    try:
        number = seccomp.resolve_syscall(seccomp.Arch(), name)
    except ValueError:
        return
    if number < 0:
        return
    write_execute = re.search(r"^MemoryDenyWriteExecute=yes$", text, re.MULTILINE)
    families = re.search(r"^RestrictAddressFamilies=(.*)$", text, re.MULTILINE)
    masked = seccomp.MASKED_EQ
    if name == "mmap" and write_execute:
        both = mmap.PROT_WRITE | mmap.PROT_EXEC
        rules.add_rule(seccomp.ALLOW, name, seccomp.Arg(2, masked, mmap.PROT_EXEC, 0))
        rules.add_rule(seccomp.ALLOW, name, seccomp.Arg(2, masked, both, mmap.PROT_EXEC))
    elif name in ("mprotect", "pkey_mprotect") and write_execute:
        rules.add_rule(seccomp.ALLOW, name, seccomp.Arg(2, masked, mmap.PROT_EXEC, 0))
    elif name == "shmat" and write_execute:
        rules.add_rule(seccomp.ALLOW, name, seccomp.Arg(2, masked, SHM_EXEC, 0))
    elif name == "socket" and families:
        for family in families[1].split():
            rules.add_rule(seccomp.ALLOW, name, seccomp.Arg(0, seccomp.EQ, int(getattr(socket, family))))
    else:
        rules.add_rule(seccomp.ALLOW, name)


main(*sys.argv[1:])
