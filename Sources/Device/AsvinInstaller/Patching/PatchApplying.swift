public import AsvinVerifier

/// The part of an installer that applies patches. A device that accepts complete images only has ``NoPatches``, and
/// links nothing of it.
public protocol PatchApplying: ~Copyable {
  /// Whether it applies patches. Where it does not, nothing for patches is linked.
  static var appliesPatches: Bool { get }

  /// Whether it resumes inside a patch after a loss of power. Otherwise a patch is always sent from its start.
  static var goesOnInside: Bool { get }

  /// Checks, before anything is written, that a patch can be applied: its base is in its slot.
  ///
  /// - Throws: ``InstallError``.
  func check<Target: FlashRegion, Hash: StreamingHash>(
    _ plan: InstallPlan, in target: Target, _ hash: Hash.Type
  ) throws(InstallError)

  /// Forgets the state from before a loss of power, because the result is not the image.
  mutating func forget()

  /// The offset in the patch of the next byte. Not 0 where it resumes inside the patch.
  var offset: UInt64 { get }

  /// Bytes of the result that are in the slot and stay there: a multiple of its erase block.
  var written: UInt64 { get }

  /// Sets how much a journal knows to be written. Called first.
  mutating func resume(written: UInt64)

  /// Accepts the next bytes of a patch, which were checked.
  ///
  /// - Parameter maximum: the highest number of bytes of the result.
  mutating func push(_ bytes: Span<UInt8>, maximum: UInt64) throws(InstallError)

  /// Ends the patch: all of the result is in the slot.
  mutating func finish() throws(InstallError)
}

extension PatchApplying where Self: ~Copyable {
  /// Whether it applies patches: yes.
  public static var appliesPatches: Bool { true }
  /// Whether it resumes inside a patch: no.
  public static var goesOnInside: Bool { false }
  /// 0, because the patch is sent from its start.
  public var offset: UInt64 { 0 }
  /// Does nothing, because the journal holds all of the state.
  public mutating func forget() {}
}

/// No patches: complete images only.
public struct NoPatches: PatchApplying {
  /// Whether it applies patches: no.
  public static var appliesPatches: Bool { false }
  /// An applier of nothing.
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
