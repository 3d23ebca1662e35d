# Start-up of an Xtensa core with register windows. The first six vectors save the registers of a caller to its stack frame
# when a callee needs them, and load them again when it returns: for calls that rotate by 4, 8 and 12 registers.
	.section .vectors, "ax"
	.p2align 10
vectors:
	s32e a0, a5, -16
	s32e a1, a5, -12
	s32e a2, a5, -8
	s32e a3, a5, -4
	rfwo
	.org 0x40
	l32e a0, a5, -16
	l32e a1, a5, -12
	l32e a2, a5, -8
	l32e a3, a5, -4
	rfwu
	.org 0x80
	s32e a0, a9, -16
	l32e a0, a1, -12
	s32e a1, a9, -12
	s32e a2, a9, -8
	s32e a3, a9, -4
	s32e a4, a0, -32
	s32e a5, a0, -28
	s32e a6, a0, -24
	s32e a7, a0, -20
	rfwo
	.org 0xC0
	l32e a0, a9, -16
	l32e a1, a9, -12
	l32e a2, a9, -8
	l32e a7, a1, -12
	l32e a3, a9, -4
	l32e a4, a7, -32
	l32e a5, a7, -28
	l32e a6, a7, -24
	l32e a7, a7, -20
	rfwu
	.org 0x100
	s32e a0, a13, -16
	l32e a0, a1, -12
	s32e a1, a13, -12
	s32e a2, a13, -8
	s32e a3, a13, -4
	s32e a4, a0, -48
	s32e a5, a0, -44
	s32e a6, a0, -40
	s32e a7, a0, -36
	s32e a8, a0, -32
	s32e a9, a0, -28
	s32e a10, a0, -24
	s32e a11, a0, -20
	rfwo
	.org 0x140
	l32e a0, a13, -16
	l32e a1, a13, -12
	l32e a2, a13, -8
	l32e a11, a1, -12
	l32e a3, a13, -4
	l32e a4, a11, -48
	l32e a5, a11, -44
	l32e a6, a11, -40
	l32e a7, a11, -36
	l32e a8, a11, -32
	l32e a9, a11, -28
	l32e a10, a11, -24
	l32e a11, a11, -20
	rfwu
	.org 0x300
	# An exception of the kernel's mode.
	j .Lstop
	.org 0x340
	# An exception of the user's mode.
	j .Lstop
	.org 0x3C0
	# An exception within an exception.
	j .Lstop
	.p2align 2
.Lfault:
	.long fault
.Ltop:
	.long stack_top
.Lbegin:
	.long begin
.Lvectors:
	.long vectors
.Lstate:
	.long 0x40020  # register windows are on, the mode is the user's, and nothing is masked
.Lstop:
	l32r a4, .Lfault
	j .Lcall
	.globl start
start:
	l32r a2, .Lvectors
	wsr a2, vecbase
	movi a2, 0
	wsr a2, windowbase
	rsync
	movi a2, 1
	wsr a2, windowstart
	rsync
	l32r a4, .Lbegin
.Lcall:
	l32r a2, .Lstate
	wsr a2, ps
	rsync
	movi a0, 0
	l32r a1, .Ltop
	callx4 a4

	.section .reset, "ax"
	j .Lfirst
	.p2align 2
.Lstart:
	.long start
.Lfirst:
	l32r a2, .Lstart
	jx a2
