# Starts the bank in asvin_next once, and otherwise the bank in asvin_bank. The environment is stored before the kernel is
# started, so that a kernel that fails is followed by the previous bank. The watchdog of the board must restart it then.
#
# mkimage -A arm64 -T script -d u-boot.cmd boot.scr
setenv bank "${asvin_bank}"
if test -n "${asvin_next}"; then
  setenv trial "${asvin_next}"
  setenv asvin_next
  # A trial that cannot be taken from the environment would be started again and again.
  if saveenv; then
    setenv bank "${trial}"
  fi
fi
if test "${bank}" = b; then
  setenv part 3
else
  setenv bank a
  setenv part 2
fi
setenv bootargs "root=/dev/mmcblk0p${part} ro panic=1 asvin.bank=${bank}"
if load mmc 0:${part} ${kernel_addr_r} /boot/Image; then
  if load mmc 0:${part} ${fdt_addr_r} /boot/board.dtb; then
    booti ${kernel_addr_r} - ${fdt_addr_r}
  fi
fi
# The kernel could not be loaded or started. The next start is the one of the permanent bank.
reset
