import AsvinInstaller
import CAsvinDevice

/// The memory and flash of an update, all present and large enough.
@safe
struct UpdatePlace {
  let plan: UnsafePointer<InstallPlan>
  let device: UnsafePointer<asvin_device>
  let offset: UnsafeMutablePointer<UInt64>
  private let update: UnsafeMutableRawPointer

  /// - Parameters:
  ///   - room: bytes of the installer.
  ///   - size: bytes of the update.
  @unsafe
  init?(
    _ update: UnsafeMutablePointer<asvin_update>?, _ device: UnsafePointer<asvin_device>?,
    _ plan: UnsafePointer<asvin_plan>?, _ offset: UnsafeMutablePointer<UInt64>?, room: Int,
    size: Int = MemoryLayout<asvin_update>.size
  ) {
    guard let update = unsafe update, let device = unsafe device, let plan = unsafe plan, let offset = unsafe offset,
      UpdateHead.bytes >= MemoryLayout<UpdateHead>.size,
      UpdateHead.bytes &+ room <= size, unsafe plan.pointee.stream_bytes > 0,
      let target = unsafe device.pointee.target, unsafe target.pointee.isSensible,
      let journal = unsafe device.pointee.journal, unsafe journal.pointee.holdsRecords,
      unsafe isConsistent(device)
    else { return nil }
    unsafe self.plan = UnsafePointer(known(plan))
    unsafe (self.device, self.offset) = (device, offset)
    unsafe (self.target, self.journal, running) = (target, journal, device.pointee.running)
    unsafe self.update = UnsafeMutableRawPointer(update)
  }

  /// The place of the installer.
  var installer: UnsafeMutableRawPointer { unsafe update + UpdateHead.bytes }
  /// The slot, the journal and the running slot.
  let target: UnsafePointer<asvin_flash>, journal: UnsafePointer<asvin_flash>, running: UnsafePointer<asvin_flash>?

  var memory: UnsafeMutableRawBufferPointer {
    unsafe UnsafeMutableRawBufferPointer(start: device.pointee.memory, count: Int(device.pointee.memory_bytes))
  }

  /// Writes the head, and returns the place where a failure of flash is noted.
  func open(_ push: UpdateHead.Push, _ finish: UpdateHead.Finish) -> UnsafeMutablePointer<Bool> {
    let head = unsafe update.initializeMemory(
      as: UpdateHead.self, to: UpdateHead(device: device, push: push, finish: finish))
    return unsafe withUnsafeMutablePointer(to: &head.pointee.failed) { unsafe $0 }
  }

  /// Frees the slot for the installer that is stored and has accepted the plan; a result of the header.
  func begin(at place: UInt64) -> Int32 {
    let answer = unsafe settled(.freeSlot, make(.freeSlot, of: device, nil, plan))
    if answer == ASVIN_DONE { unsafe offset.pointee = place } else { close() }
    return answer
  }

  /// Ends the update.
  func close() { unsafe update.assumingMemoryBound(to: UpdateHead.self).pointee.mark = 0 }
}
