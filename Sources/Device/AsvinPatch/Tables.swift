/// The tables that a patch is applied with.
public struct Tables: Equatable, Sendable {
  /// The maximum number of covers in the map.
  public let covers: Int
  /// The number of targets of references that are kept; a power of two.
  let targets: UInt32
  /// The number of slots for hits, as a power of two, and the number of slots for literals.
  let hitBits: UInt32, literalSlots: UInt32

  /// The tables of a profile.
  ///
  /// - Parameter isInPlace: whether the stack of the checkpoint must also fit the memory.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  public init(_ profile: Profile, _ emphasis: Emphasis, isInPlace: Bool) {
    switch (profile, emphasis) {
    case (.standard, .references): self.init(covers: 512, targets: 256, hitBits: 11, literalSlots: 3328)
    case (.standard, .literals): self.init(covers: 64, targets: 32, hitBits: 9, literalSlots: 10_752)
    case (.tiny, .references):
      self.init(covers: isInPlace ? 178 : 346, targets: 128, hitBits: 9, literalSlots: 896)
    case (.tiny, .literals): self.init(covers: 32, targets: 16, hitBits: 8, literalSlots: 3200)
    case (.linux, _): self.init(covers: 8192, targets: 8192, hitBits: 16, literalSlots: 1 << 20)
    }
  }

  private init(covers: Int, targets: UInt32, hitBits: UInt32, literalSlots: UInt32) {
    (self.covers, self.targets, self.hitBits, self.literalSlots) = (covers, targets, hitBits, literalSlots)
  }

  /// Bytes of a workspace, with the state before the tables.
  public var bytes: Int {
    MemoryLayout<Checkpoint>.stride + HitModel.bytes(hitBits) + LiteralModel.bytes(literalSlots)
      + AddressMap.bytes(covers) + TargetCache.bytes(targets) + Numbers.bytes
  }
}
