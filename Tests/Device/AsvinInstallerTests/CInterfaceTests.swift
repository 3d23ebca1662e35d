import AsvinVerifier
import AsvinDeviceC
import CAsvinDevice
import Testing

@Suite("The interface for C")
struct CInterfaceTests {
  static let old = InstallTests.noise(4000, seed: 61)
  static let new = Array(old[..<1500]) + InstallTests.noise(200, seed: 62) + Array(old[1600...])

  /// Verifies, installs and activates a release; the first answer that is not ASVIN_DONE, or that.
  static func install(
    _ device: CDevice, _ update: Update, stream: [UInt8]? = nil, imagesOnly: Bool = false, inPlace: Bool = false,
    pieces: Int = 77
  ) -> Int32 {
    var plan = asvin_plan()
    var answer = unsafe asvin_verify(device.device, update.envelope, UInt32(update.envelope.count), &plan)
    guard answer == ASVIN_DONE else { return answer }
    let bytes = stream ?? update.stream
    #expect(plan.stream_bytes == UInt64(update.stream.count))
    var offset: UInt64 = 0
    let begin = imagesOnly ? unsafe asvin_begin_image : unsafe asvin_begin
    answer =
      inPlace
      ? unsafe asvin_begin_in_place(device.inPlaceUpdate, device.device, &plan, &offset)
      : unsafe begin(device.update, device.device, &plan, &offset)
    guard answer == ASVIN_DONE else { return answer }
    var place = Int(offset)
    while place < bytes.count {
      let end = min(place + pieces, bytes.count)
      answer = unsafe asvin_push(device.update, Array(bytes[place..<end]), UInt32(end - place))
      guard answer == ASVIN_DONE else { return answer }
      place = end
    }
    return unsafe asvin_finish(device.update)
  }

  @Test(arguments: [true, false])
  func `A release goes in, is tried, and is confirmed`(isPatch: Bool) throws {
    let update = try isPatch ? Update(from: Self.old, to: Self.new) : Update(image: Self.new)
    let device = CDevice(running: Self.old, room: Self.new.count)
    #expect(device.boot(0, Self.old) == (ASVIN_CONFIRMED, 0))
    #expect(Self.install(device, update, imagesOnly: !isPatch) == ASVIN_DONE)
    #expect(Array(device.regions[3].memory.bytes[..<Self.new.count]) == Self.new)
    #expect(device.boot(1, Self.new) == (ASVIN_TRIAL, 1))
    #expect(device.floor == 7)
    #expect(unsafe asvin_confirm(device.device) == ASVIN_DONE)
    var (floor, sequence) = (0 as UInt64, 0 as UInt64)
    #expect(unsafe asvin_floor(device.device, &floor, &sequence) == ASVIN_DONE && floor == 8 && sequence == 8)
    #expect(device.boot(1, Self.new) == (ASVIN_CONFIRMED, 1))
    #expect(device.regions[0].power.violation == nil)
  }

  @Test func `An update that is not confirmed is reverted`() throws {
    let device = CDevice(running: Self.old, room: Self.new.count)
    #expect(Self.install(device, try Update(image: Self.new)) == ASVIN_DONE)
    #expect(device.boot(1) == (ASVIN_TRIAL, 1))
    #expect(device.boot(0) == (ASVIN_REVERTED, 0))
    #expect(Self.install(device, try Update(image: Self.new)) == ASVIN_DONE)
    #expect(unsafe asvin_revert(device.device) == ASVIN_DONE)
    #expect(device.boot(0) == (ASVIN_CONFIRMED, 0))
  }

  @Test func `Refusals carry the reason's code`() throws {
    let device = CDevice(running: Self.old, room: Self.new.count)
    let update = try Update(image: Self.new)
    func code(_ reason: Reason) -> Int32 { Int32(reason.rawValue) }
    #expect(Self.install(device, update.forged()) == code(.badSignature))
    #expect(Self.install(device, try Update(image: Self.new, sequence: 7)) == code(.sequenceNotAboveFloor))
    var changed = update.stream
    changed[700] ^= 1
    #expect(Self.install(device, update, stream: changed) == code(.linkDigestMismatch))
    #expect(Self.install(device, update, stream: update.stream + [0]) == code(.payloadTooLong))
    #expect(Self.install(device, update, stream: Array(update.stream[..<900])) == code(.payloadTruncated))
    let patch = try Update(from: Self.old, to: Self.new)
    #expect(Self.install(device, patch, imagesOnly: true) == code(.noUsablePayload))
    #expect(Self.install(device, update) == ASVIN_DONE)
  }

  @Test func `A missing pointer, or a call out of turn, is misuse`() throws {
    let device = CDevice(running: Self.old, room: Self.new.count)
    var (plan, offset, runs) = (asvin_plan(), 0 as UInt64, 0 as UInt32)
    #expect(unsafe asvin_boot(nil, &runs) == ASVIN_MISUSE)
    #expect(unsafe asvin_boot(device.device, nil) == ASVIN_MISUSE)
    #expect(unsafe asvin_verify(device.device, nil, 0, &plan) == ASVIN_MISUSE)
    #expect(unsafe asvin_begin(device.update, device.device, &plan, &offset) == ASVIN_MISUSE)
    #expect(unsafe asvin_push(device.update, [1], 1) == ASVIN_MISUSE)
    #expect(unsafe asvin_finish(device.update) == ASVIN_MISUSE)
    unsafe device.device.pointee.key_count = 0
    let update = try Update(image: Self.new)
    #expect(unsafe asvin_verify(device.device, update.envelope, UInt32(update.envelope.count), &plan) == ASVIN_MISUSE)
    unsafe (device.device.pointee.key_count, device.device.pointee.key_threshold) = (1, 2)
    #expect(unsafe asvin_verify(device.device, update.envelope, UInt32(update.envelope.count), &plan) == ASVIN_MISUSE)
  }

  @Test func `A device's own check of signatures is asked, with the key and the message`() throws {
    let device = CDevice(running: Self.old, room: Self.new.count)
    let update = try Update(image: Self.new)
    unsafe device.device.pointee.check = { _, key, _, head, headCount, payload, count in
      unsafe key?.pointee.algorithm == ASVIN_ED25519 && head != nil && headCount > 40 && payload != nil && count > 100
        ? ASVIN_SIGNED : 0
    }
    #expect(Self.install(device, update.forged()) == ASVIN_DONE)
  }

  @Test(arguments: [0, 1, -1, ASVIN_DONE, ASVIN_SIGNED ^ 1])
  func `Only one answer of a device's own check is a yes`(answer: Int32) throws {
    let device = CDevice(running: Self.old, room: Self.new.count)
    let context = UnsafeMutablePointer<Int32>.allocate(capacity: 1)
    defer { unsafe context.deallocate() }
    unsafe context.initialize(to: answer)
    unsafe device.device.pointee.check_context = UnsafeMutableRawPointer(context)
    unsafe device.device.pointee.check = { context, _, _, _, _, _, _ in
      unsafe context?.load(as: Int32.self) ?? 0
    }
    #expect(Self.install(device, try Update(image: Self.new)) == Int32(Reason.badSignature.rawValue))
  }

  @Test func `Results that are decisions are far from each other, from 0 and from every reason`() {
    let decisions = [ASVIN_DONE, ASVIN_SIGNED, ASVIN_CONFIRMED, ASVIN_TRIAL, ASVIN_REVERTED]
    let others = [0, -1, ASVIN_MISUSE] + Reason.allCases.map { Int32($0.rawValue) }
    for (index, decision) in decisions.enumerated() {
      for other in others + decisions[..<index] {
        #expect((decision ^ other).nonzeroBitCount >= 11, "\(decision) \(other)")
      }
    }
  }
}
