import AsvinPatch
public import AsvinVerifier
import AsvinManifest

/// The flash of a patch in place: three regions that do not overlap and have erase blocks of the same size.
public struct InPlaceFlash<Region: FlashRegion> {
  /// The slot, which holds the base and then the result.
  public let slot: Region
  /// Holds a window until it is in the slot: one or two erase blocks, as the patch's header states.
  public let spare: Region
  /// Holds the state after the last window, twice: ``AsvinPatch/PatchHeader/checkpointBytes``.
  public let checkpoint: Region

  /// The three regions.
  public init(slot: Region, spare: Region, checkpoint: Region) {
    (self.slot, self.spare, self.checkpoint) = (slot, spare, checkpoint)
  }

  var hasFailed: Bool { slot.hasFailed || spare.hasFailed || checkpoint.hasFailed }

  /// Bytes of half of the checkpoint region: complete erase blocks.
  package var halfBytes: UInt32 {
    UInt32(truncatingIfNeeded: min(checkpoint.capacity >> 1, 1 << 31)) & ~(checkpoint.blockBytes &- 1)
  }

  /// Whether a patch was made for erase blocks of this size, and its windows and states fit these regions.
  func fits(_ header: PatchHeader) -> Bool {
    guard let inPlace = header.inPlace else { return false }
    let block = 1 as UInt32 &<< inPlace.blockBits
    return block >= 512 && slot.blockBytes == block && spare.blockBytes == block && checkpoint.blockBytes == block
      && spare.capacity >= UInt64(inPlace.windowBytes) && halfBytes >= PatchJournal<Region>.halfBytes(header)
  }
}

/// Makes an image from the one in the same slot, window by window. After a loss of power it resumes from the
/// checkpoint.
@safe
public struct InPlacePatch<Region: FlashRegion>: PatchApplying, ~Copyable {
  private let flash: InPlaceFlash<Region>
  private let baseSize: UInt32
  private let imageSize: UInt64
  /// The first bytes of the patch's first link.
  private let patch: UInt32
  private var run: RunningPatch<RegionBytes<Region>, SlotOutput<Region>>

  /// An applier of a patch that is to be started.
  ///
  /// - Parameters:
  ///   - memory: what the payload's manifest states that applying needs, aligned to 8.
  ///   - room: ``roomBytes`` more, aligned to 8.
  @unsafe
  public init(
    _ plan: InstallPlan, on flash: InPlaceFlash<Region>, memory: UnsafeMutableRawBufferPointer,
    room: UnsafeMutableRawBufferPointer
  ) {
    self.flash = flash
    (baseSize, imageSize) = (UInt32(truncatingIfNeeded: plan.baseSize), plan.imageSize)
    let link = plan.firstLink
    patch = UInt32(link[0]) | UInt32(link[1]) << 8 | UInt32(link[2]) << 16 | UInt32(link[3]) << 24
    run = unsafe RunningPatch(memory: memory, room: room)
  }

  /// Bytes that the applier needs besides what a patch states.
  public static var roomBytes: Int { RunningPatch<RegionBytes<Region>, SlotOutput<Region>>.roomBytes }

  /// Resumes from the checkpoint of this patch, and copies its window to the slot if that was interrupted. Call it
  /// before the installer is created, and only if ``BootState/isRewriting(_:)`` states that this patch is rewriting the
  /// slot. Otherwise the window of an old checkpoint would be written over an intact image.
  ///
  /// - Returns: whether there is a checkpoint. If not, the patch starts from its beginning.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  public mutating func resume() -> Bool {
    guard let journal = PatchJournal(recovering: patch, on: flash), hasRoom,
      unsafe journal.header.workspaceBytes <= run.memory.count, let state = journal.recover(),
      let applier = unsafe Applier(
        journal.header, resuming: state, base: RegionBytes(flash.slot, count: baseSize),
        output: SlotOutput(journal, oldSize: baseSize), maximum: UInt32(truncatingIfNeeded: imageSize),
        workspace: run.memory)
    else { return false }
    run.begin(applier)
    return true
  }

  private var hasRoom: Bool { max(imageSize, UInt64(baseSize)) <= min(flash.slot.capacity, UInt64(UInt32.max)) }

  /// Checks that the slot holds the base, because the first erase destroys the only image. A patch that is resumed is
  /// not checked again.
  public func check<Target: FlashRegion, Hash: StreamingHash>(
    _ plan: InstallPlan, in target: Target, _ hash: Hash.Type
  ) throws(InstallError) {
    guard plan.isInPlace else { throw InstallError(.noUsablePayload, at: 0) }
    guard !run.isBegun else { return }
    guard plan.hasBase(in: target, hash: hash) else { throw InstallError(.baseDigestMismatch, at: 0) }
  }

  /// Erases the checkpoint, so that the next start checks the base.
  public mutating func forget() {
    for half in 0..<UInt32(2) where !flash.hasFailed { flash.checkpoint.erase(UInt64(half &* flash.halfBytes)) }
  }

  /// Resumes from a checkpoint inside the patch.
  public static var goesOnInside: Bool { true }

  /// The offset of the next byte in the patch.
  public var offset: UInt64 { unsafe run.applier?.pointee.offset ?? 0 }

  /// 0, because the checkpoint knows what is written.
  public var written: UInt64 { 0 }
  /// Does nothing, because the checkpoint knows what is written.
  public mutating func resume(written: UInt64) {}

  /// Accepts the next bytes of the patch.
  public mutating func push(_ bytes: Span<UInt8>, maximum: UInt64) throws(InstallError) {
    var rest = bytes
    if !run.isBegun {
      guard run.acceptHeader(&rest) else { return }
      try begin()
    }
    do throws(PatchError) {
      try run.push(rest)
    } catch {
      throw failure(error)
    }
  }

  /// Ends the patch.
  public mutating func finish() throws(InstallError) {
    do throws(PatchError) {
      try run.finish()
    } catch {
      throw failure(error)
    }
  }

  /// The error for a defect of the patch. If the flash has failed, that is the error, because bytes that were read may
  /// be wrong.
  private func failure(_ error: PatchError) -> InstallError {
    InstallError(flash.hasFailed ? .flashFailed : .patchInvalid, at: error.offset)
  }

  // A separate function, so that the new applier leaves the stack before it runs.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  private mutating func begin() throws(InstallError) {
    let header: PatchHeader
    do throws(PatchError) {
      header = try run.header(isInPlace: true)
    } catch {
      throw InstallError(.patchInvalid, at: error.offset)
    }
    // The flash of this device may differ from that of its class. Therefore its sizes are checked before the first
    // erase.
    guard flash.fits(header), hasRoom, let journal = PatchJournal(header, on: flash, patch: patch) else {
      throw InstallError(.flashGeometryMismatch, at: 10)
    }
    journal.clear()
    run.begin(
      unsafe Applier(
        header, base: RegionBytes(flash.slot, count: baseSize), output: SlotOutput(journal, oldSize: baseSize),
        maximum: UInt32(truncatingIfNeeded: imageSize), workspace: run.memory))
  }
}
