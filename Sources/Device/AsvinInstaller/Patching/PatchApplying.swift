public import AsvinVerifier

/// What applies patches. A device that only takes whole images has ``NoPatches``, and links nothing of it.
public protocol PatchApplying: ~Copyable {
  /// Whether it applies any; without, nothing for patches is linked.
  static var appliesPatches: Bool { get }

  /// Whether it goes on inside a patch behind a power cut; else a patch is always given from its start.
  static var goesOnInside: Bool { get }

  /// Checks, before anything is written, that a patch can be applied: its base is in its slot.
  ///
  /// - Throws: ``InstallError``.
  func check<Target: FlashRegion, Hash: StreamingHash>(
    _ plan: InstallPlan, in target: Target, _ hash: Hash.Type
  ) throws(InstallError)

  /// Forgets what it knows across a power cut: the result was not the image.
  mutating func forget()

  /// Where in the patch it stands: the byte to be given next. Not 0 where it goes on behind a power cut.
  var offset: UInt64 { get }

  /// Bytes of the result that stand in the slot, whatever happens: a multiple of its erase block.
  var written: UInt64 { get }

  /// Says before anything else how much a journal knows to be written.
  mutating func resume(written: UInt64)

  /// Takes the next bytes of a patch, which were checked.
  ///
  /// - Parameter maximum: bytes of the result at most.
  mutating func push(_ bytes: Span<UInt8>, maximum: UInt64) throws(InstallError)

  /// Ends the patch: all of the result is in the slot.
  mutating func finish() throws(InstallError)
}

extension PatchApplying where Self: ~Copyable {
  /// It does.
  public static var appliesPatches: Bool { true }
  /// From the start.
  public static var goesOnInside: Bool { false }
  /// 0, where it goes on from the start.
  public var offset: UInt64 { 0 }
  /// Does nothing: the journal is what it knows.
  public mutating func forget() {}
}

/// No patches: whole images only.
public struct NoPatches: PatchApplying {
  /// None.
  public static var appliesPatches: Bool { false }
  /// It needs nothing.
  public init() {}
  /// 0.
  public var written: UInt64 { 0 }
  /// Does nothing.
  public mutating func resume(written: UInt64) {}
  /// Refuses.
  public func check<Target: FlashRegion, Hash: StreamingHash>(
    _ plan: InstallPlan, in target: Target, _ hash: Hash.Type
  ) throws(InstallError) { throw InstallError(.noUsablePayload, at: 0) }
  /// Refuses.
  public mutating func push(_ bytes: Span<UInt8>, maximum: UInt64) throws(InstallError) {
    throw InstallError(.noUsablePayload, at: 0)
  }
  /// Refuses.
  public mutating func finish() throws(InstallError) { throw InstallError(.noUsablePayload, at: 0) }
}
