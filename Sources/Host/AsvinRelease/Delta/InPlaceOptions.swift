import AsvinHost
import AsvinPatch
import AsvinPatchBuilder
import AsvinPatchHost

/// A slot in which the result overwrites its base.
package struct InPlaceOptions: Sendable {
  /// Size of the slot in bytes; if `nil`, the size that the larger image needs.
  package var memory: UInt64?
  /// Bytes of an erase block: a power of two, 512 to 16 MiB.
  package var block: UInt64
  /// The number of spare blocks, 1 or 2.
  package var spare: UInt64

  package init(memory: UInt64? = nil, block: UInt64 = 4096, spare: UInt64 = 2) {
    (self.memory, self.block, self.spare) = (memory, block, spare)
  }

  /// The windows of the update, if both images fit.
  func checked(_ old: Int, _ new: Int) throws(Failure) -> Windows.InPlace {
    guard block.nonzeroBitCount == 1, (512...16 << 20).contains(block) else {
      throw Failure(
        .usage, "an erase block of \(block) bytes is not a power of two from 512 to 16 MiB",
        hint: "give the size of the flash's erase block, as --block 4096")
    }
    guard (1...2).contains(spare) else {
      throw Failure(.usage, "there are 1 or 2 spare blocks, not \(spare)", hint: "give --spare 1 or --spare 2")
    }
    let larger = (UInt64(max(old, new)) + block - 1) / block * block
    if let memory, larger > memory {
      throw Failure(.rejected, "the images need \(larger) bytes in complete blocks, and the slot has \(memory)")
    }
    return Windows.InPlace(blockBits: UInt32(block.trailingZeroBitCount), spareBlocks: UInt32(spare))
  }
}

/// The areas that an in-place update needs, and the wear that it causes.
package struct InPlaceReport: Encodable, Sendable {
  /// Bytes of the spare blocks.
  package let spareBytes: Int
  /// Bytes of the checkpoint area.
  package let checkpointBytes: Int
  /// The highest number of erasures of a block of the slot, of the spare area and of the checkpoint area.
  package let slotErasures: Int, spareErasures: Int, checkpointErasures: Int

  init(_ wear: Wear) {
    (spareBytes, checkpointBytes) = (wear.spareBytes, wear.checkpointBytes)
    (slotErasures, spareErasures, checkpointErasures) = (1, wear.spareErasures, wear.checkpointErasures)
  }
}
