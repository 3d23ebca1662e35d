public import AsvinVerifier

/// The part of an installer that applies patches. A device that accepts complete images only uses ``NoPatches``, and
/// then links no code for patches.
public protocol PatchApplying: ~Copyable {
  /// Whether it applies patches. If not, no code for patches is linked.
  static var appliesPatches: Bool { get }

  /// Whether it resumes inside a patch after a loss of power. Otherwise a patch is always sent from its start.
  static var goesOnInside: Bool { get }

  /// Checks that the base of a patch is in its slot, before anything is written.
  ///
  /// - Throws: ``InstallError``.
  func check<Target: FlashRegion, Hash: StreamingHash>(
    _ plan: InstallPlan, in target: Target, _ hash: Hash.Type
  ) throws(InstallError)

  /// Deletes the stored state, because it led to a wrong image.
  mutating func forget()

  /// The offset of the next byte in the patch. It is not 0 if the applier resumes inside the patch.
  var offset: UInt64 { get }

  /// The number of bytes of the result that are in the slot and are not written again: a multiple of its erase block.
  var written: UInt64 { get }

  /// Sets the number of written bytes that the journal holds. It is called first.
  mutating func resume(written: UInt64)

  /// Accepts the next bytes of a patch, which are already checked.
  ///
  /// - Parameter maximum: the highest number of bytes of the result.
  mutating func push(_ bytes: Span<UInt8>, maximum: UInt64) throws(InstallError)

  /// Ends the patch. The complete result is then in the slot.
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
  /// Creates it.
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
