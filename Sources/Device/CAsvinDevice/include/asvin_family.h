// Names the family of libraries that a firmware needs in the functions that it links: asvin_boot is linked as
// asvin_boot_for_armv6m, for example. A library has these names for its own family only, because one for another processor
// would link in silence and fault on the device. A linker then reports: undefined reference to `asvin_boot_for_armv6m'.
//
// The family is that of the compiler's target. For a library of another family that the processor can also execute, state that
// family in the compiler's arguments, for all files, with _ in place of -: -DASVIN_FAMILY=armv6m for a Cortex-M4. With
// -DASVIN_ANY_FAMILY the functions are linked by their own names, which every library has too. So they are by compilers other
// than GNU's, clang and their relatives, by Swift, and for processors that are not listed here. A listed one that no library is
// for needs asvin_boot_for_core_without_library.
#ifndef ASVIN_FAMILY_H
#define ASVIN_FAMILY_H

#if defined ASVIN_FAMILY || defined ASVIN_ANY_FAMILY
// Stated by the firmware.

#elif defined __ARM_ARCH_PROFILE && __ARM_ARCH_PROFILE == 'M'
#if __ARM_ARCH_ISA_THUMB == 1 && __ARM_ARCH >= 8
#define ASVIN_FAMILY armv8m_base
#elif __ARM_ARCH >= 8 && defined __ARM_PCS_VFP
#define ASVIN_FAMILY armv8m_main_hf
#elif __ARM_ARCH >= 8
#define ASVIN_FAMILY armv8m_main
#elif !defined __ARM_FEATURE_DSP  // a Cortex-M3 too
#define ASVIN_FAMILY armv6m
#elif defined __ARM_PCS_VFP
#define ASVIN_FAMILY armv7em_hf
#else
#define ASVIN_FAMILY armv7em
#endif

#elif defined __riscv && __riscv_xlen == 32
#if !defined __riscv_muldiv || !defined __riscv_compressed || defined __riscv_32e
#define ASVIN_FAMILY core_without_library
#elif defined __riscv_float_abi_soft && !defined __riscv_atomic
#define ASVIN_FAMILY riscv32imc
#elif defined __riscv_float_abi_soft
#define ASVIN_FAMILY riscv32imac
#elif defined __riscv_float_abi_single && defined __riscv_atomic
#define ASVIN_FAMILY riscv32imafc
#else
#define ASVIN_FAMILY core_without_library
#endif

#elif defined __XTENSA_EB__
#define ASVIN_FAMILY core_without_library
#elif defined __XTENSA_CALL0_ABI__
#define ASVIN_FAMILY esp8266
#elif defined __XTENSA_WINDOWED_ABI__
#define ASVIN_FAMILY esp32
#endif

#if defined ASVIN_FAMILY && !defined ASVIN_ANY_FAMILY && defined __GNUC__ && !defined __swift__
#define ASVIN_FOR_FAMILY(function) __asm__(#function "_for_" ASVIN_FAMILY_TEXT(ASVIN_FAMILY))
#define ASVIN_FAMILY_TEXT(family) ASVIN_FAMILY_QUOTED(family)
#define ASVIN_FAMILY_QUOTED(family) #family
#else
#define ASVIN_FOR_FAMILY(function)
#endif

#endif
