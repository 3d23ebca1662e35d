# Start-up of an lx106, the core of the ESP8266: its exceptions are at fixed places, and functions do not rotate registers.
	.section .vectors, "ax"
	.p2align 2
.Lfault:
	.long fault
.Lstack:
	.long stack_top
	.org 0x30
	# An exception of the kernel's mode.
	l32r a1, .Lstack
	l32r a2, .Lfault
	jx a2
	.org 0x50
	# An exception of the user's mode.
	l32r a1, .Lstack
	l32r a2, .Lfault
	jx a2
	.org 0x70
	# An exception within an exception.
	l32r a1, .Lstack
	l32r a2, .Lfault
	jx a2

	.section .reset, "ax"
	j 1f
	.p2align 2
.Ltop:
	.long stack_top
.Lbegin:
	.long begin
1:	l32r a1, .Ltop
	l32r a2, .Lbegin
	jx a2
