#include "AsvinBoard.h"

void AsvinBoard::placeTarget(uint32_t address, uint32_t blocks) {
  place(&targetRegion, address, blocks);
  targetRegion.flash.context = this;
  targetRegion.flash.read = readTarget;
  targetRegion.flash.erase = eraseTarget;
  targetRegion.flash.write = writeTarget;
}
