# For llvm-mc, what GNU's compiler writes for GNU's assembler. Calls go through a jump in the same section, because Debian's
# linker is for another core and cannot resolve `call8`; a9 is free there, it becomes the stack pointer of what is called.
# Branches skip a jump, because they may be too short. Words have another name.
BEGIN {
  count = split("eq ne lt ge ltu geu eqi nei lti gei ltui geui eqz nez ltz gez any none all nall bc bs bci bsi", names)
  for (at = 1; at < count; at += 2) {
    inverse["b" names[at]] = "b" names[at + 1]
    inverse["b" names[at + 1]] = "b" names[at]
  }
}
{
  operation = $1
  sub(/\.n$/, "", operation)
  if (operation == "call8") {
    called[$2]
    print "\tcall8\t.Lto_" $2
  } else if (operation in inverse) {
    label = $NF
    sub(/[a-z.]+/, inverse[operation])
    sub(/[^ \t]+$/, ".Lbranch" ++branches)
    print $0 "\n\tj\t" label "\n.Lbranch" branches ":"
  } else {
    sub(/^\t\.word\t/, "\t.long\t")
    print
  }
}
END {
  print "\t.text"
  for (name in called) {
    print "\t.literal .Laddress_" name ", " name
    print "\t.p2align 2"
    print ".Lto_" name ":\n\tl32r\ta9, .Laddress_" name "\n\tjx\ta9"
  }
}
