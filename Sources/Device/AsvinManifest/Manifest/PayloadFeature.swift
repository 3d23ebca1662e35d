/// The feature bits of a payload: the abilities that it requires of a device.
public enum PayloadFeature {
  /// The patch is written over its base.
  public static var inPlace: UInt64 { 1 << 0 }
  /// The patch is stored and verified before it is applied: the profile for Linux.
  public static var stored: UInt64 { 1 << 8 }
  /// The patch needs the predictor of an instruction set, which has a number from 1 to 7.
  public static func instructionSet(_ number: UInt8) -> UInt64 { 1 << UInt64(number) }
  /// The abilities of a device with two slots: patches for every instruction set, from a sealed stream.
  public static var twoSlots: UInt64 { 0xFE }
}

/// A block of a sealed stream: a chunk of the payload, and the digest of the next block.
public enum SealedBlock {
  /// Bytes of the digest of the next block.
  public static var linkBytes: UInt32 { 32 }
  /// Bytes of a block with the usual chunk of 4 KiB.
  public static var usualBytes: UInt32 { 4096 + linkBytes }
}
