public import AsvinPatch
public import AsvinVerifier

/// Makes an image out of the one in the same slot, window by window. Behind a power cut it goes on from the checkpoint.
@safe
public struct InPlacePatch<Flash: PatchFlash>: PatchApplying, ~Copyable {
  private let flash: Flash
  private let baseSize: UInt32
  private let memory: UnsafeMutableRawBufferPointer
  /// Behind the header.
  private var applier: Applier<SlotBase<Flash>, SlotOutput<Flash>>?
  private var header = HeaderBytes()

  /// An applier of a patch that is begun.
  ///
  /// - Parameters:
  ///   - baseSize: bytes of the base, in the slot.
  ///   - memory: what the payload's manifest says that applying needs, aligned to 8.
  @unsafe
  public init(_ flash: Flash, baseSize: UInt32, memory: UnsafeMutableRawBufferPointer) {
    (self.flash, self.baseSize) = (flash, baseSize)
    unsafe self.memory = memory
  }

  /// Goes on with a patch that was begun, where its checkpoint stands; the first window is put to its place if it is not
  /// there.
  ///
  /// - Parameters:
  ///   - first: the patch's first bytes, 12: its header.
  ///   - maximum: bytes of the result at most.
  /// - Returns: whether there is a checkpoint of this patch; else it is to be begun.
  public mutating func resume(_ first: Span<UInt8>, maximum: UInt32) -> Bool {
    var bytes = first
    // A header that cannot be read is no patch's that was begun.
    guard (try? header.take(&bytes)) == true, let header = try? PatchHeader(first),  // see above
      unsafe header.workspaceBytes <= memory.count, header.fits(flash, result: maximum, base: baseSize),
      var journal = PatchJournal(header, flash: flash), let state = journal.recover()
    else {
      self.header = HeaderBytes()
      return false
    }
    applier = unsafe Applier(
      header, resuming: state, base: SlotBase(flash, count: baseSize),
      output: SlotOutput(journal, oldSize: baseSize), maximum: maximum, workspace: memory)
    return applier != nil
  }

  /// Checks that the slot holds the base, unless a checkpoint says that it is half written over: what is erased first is
  /// the only image.
  public func check<Target: FlashRegion, Hash: StreamingHash>(
    _ plan: InstallPlan, in target: Target, _ hash: Hash.Type
  ) throws(InstallError) {
    guard applier == nil else { return }
    guard plan.baseSize == UInt64(baseSize), plan.hasBase(in: target, hash: hash) else {
      throw InstallError(.baseDigestMismatch, at: 0)
    }
  }

  /// Erases the checkpoint.
  public mutating func forget() {
    let bytes = header.bytes
    // A header that was read once can be read again.
    guard let header = try? PatchHeader(bytes.span),  // see above
      var journal = PatchJournal(header, flash: flash)
    else { return }
    journal.clear()
  }

  /// From its checkpoint.
  public static var goesOnInside: Bool { true }

  /// Where in the patch it stands.
  public var offset: UInt64 {
    switch applier {
    case .some(let applier): applier.offset
    case nil: 0
    }
  }

  /// 0: its checkpoint says how far it is.
  public var written: UInt64 { 0 }
  /// Does nothing: its checkpoint says how far it is.
  public mutating func resume(written: UInt64) {}

  /// Takes the next bytes of the patch.
  public mutating func push(_ bytes: Span<UInt8>, maximum: UInt64) throws(InstallError) {
    var rest = bytes
    if applier == nil {
      guard try header.take(&rest) else { return }
      try begin(maximum)
    }
    do throws(PatchError) {
      try applier?.push(rest)
    } catch {
      throw failure(error)
    }
  }

  /// Ends the patch.
  public mutating func finish() throws(InstallError) {
    guard applier != nil else { throw InstallError(.patchInvalid, at: header.count) }
    do throws(PatchError) {
      try applier?.finish()
    } catch {
      throw failure(error)
    }
  }

  /// Without power nothing that was read means anything.
  private func failure(_ error: PatchError) -> InstallError {
    InstallError(flash.hasFailed ? .flashFailed : .patchInvalid, at: error.offset)
  }

  private mutating func begin(_ maximum: UInt64) throws(InstallError) {
    let result = UInt32(truncatingIfNeeded: min(maximum, UInt64(UInt32.max)))
    let header: PatchHeader
    do throws(PatchError) {
      header = try PatchHeader(self.header.bytes.span.extracting(first: Int(truncatingIfNeeded: self.header.count)))
    } catch {
      throw InstallError(.patchInvalid, at: error.offset)
    }
    guard unsafe header.workspaceBytes <= memory.count, var journal = PatchJournal(header, flash: flash) else {
      throw InstallError(.patchInvalid, at: 1)
    }
    // Before the first erase: the patch was made for the flash of its class, which may not be this device's.
    guard header.fits(flash, result: result, base: baseSize) else { throw InstallError(.flashGeometryMismatch, at: 10) }
    journal.clear()
    applier = unsafe Applier(
      header, base: SlotBase(flash, count: baseSize), output: SlotOutput(journal, oldSize: baseSize), maximum: result,
      workspace: memory)
  }
}
