// Not compiled. A compiler's preprocessor turns this file into the name of the family whose library fits, from the macros
// that the compiler defines for its flags: instruction set, and ABI of calls and of floating point. CMake's package and the
// script for PlatformIO read the answer: ASVIN_FAMILY with a name, or ASVIN_REFUSED with the reason.
#if defined(__ARM_ARCH_PROFILE) && __ARM_ARCH_PROFILE == 'M'
#if defined(__ARM_BIG_ENDIAN)
ASVIN_REFUSED "the byte order is big-endian"
#elif defined(__ARM_ARCH_6M__) || defined(__ARM_ARCH_7M__)
ASVIN_FAMILY "armv6m"
#elif defined(__ARM_ARCH_8M_BASE__)
ASVIN_FAMILY "armv8m-base"
#elif defined(__ARM_ARCH_7EM__) && defined(__ARM_PCS_VFP)
ASVIN_FAMILY "armv7em-hf"
#elif defined(__ARM_ARCH_7EM__)
ASVIN_FAMILY "armv7em"
#elif defined(__ARM_PCS_VFP)
ASVIN_FAMILY "armv8m-main-hf"
#else
ASVIN_FAMILY "armv8m-main"
#endif
#elif defined(__riscv) && __riscv_xlen == 32
#if defined(__riscv_32e) || defined(__riscv_abi_rve)
ASVIN_REFUSED "an RV32E has 16 registers, and the library uses 32"
#elif !defined(__riscv_mul) || !defined(__riscv_compressed)
ASVIN_REFUSED "the library uses the extensions M and C, and this RISC-V lacks one of them"
#elif defined(__riscv_float_abi_single) && defined(__riscv_atomic)
ASVIN_FAMILY "riscv32imafc"
#elif !defined(__riscv_float_abi_soft)
ASVIN_REFUSED "the ABI for floating point is not ilp32, nor ilp32f with the extension A"
#elif defined(__riscv_atomic)
ASVIN_FAMILY "riscv32imac"
#else
ASVIN_FAMILY "riscv32imc"
#endif
#elif defined(__XTENSA__) && defined(__XTENSA_WINDOWED_ABI__)
ASVIN_FAMILY "esp32"
#elif defined(__XTENSA__) && defined(__XTENSA_CALL0_ABI__)
ASVIN_FAMILY "esp8266"
#else
ASVIN_REFUSED "this is not a Cortex-M, a 32-bit RISC-V or an Xtensa core"
#endif
