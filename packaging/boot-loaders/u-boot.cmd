# Starts the bank in asvin_next once, and otherwise the bank in asvin_bank. The environment is stored before the kernel is
# started, so that a kernel that fails is followed by the previous bank. The watchdog of the board must restart it then.
#
# mkimage -A arm64 -T script -d u-boot.cmd boot.scr
if test -n "${asvin_next}"; then
  setenv bank "${asvin_next}"
  setenv asvin_next
  saveenv
else
  setenv bank "${asvin_bank}"
fi
if test "${bank}" = b; then
  setenv part 3
else
  setenv bank a
  setenv part 2
fi
setenv bootargs "root=/dev/mmcblk0p${part} ro panic=1 asvin.bank=${bank}"
load mmc 0:${part} ${kernel_addr_r} /boot/Image
load mmc 0:${part} ${fdt_addr_r} /boot/board.dtb
booti ${kernel_addr_r} - ${fdt_addr_r}
