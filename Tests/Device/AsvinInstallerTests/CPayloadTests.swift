import AsvinVerifier
import AsvinDeviceC
import CAsvinDevice
import Testing

@Suite("The payload that a firmware in C chooses")
struct CPayloadTests {
  static let (old, new) = (CInterfaceTests.old, CInterfaceTests.new)

  static func payload(_ device: CDevice, _ update: Update) -> UInt32? {
    var plan = asvin_plan()
    return CStateTests.verify(device, update, &plan) == ASVIN_DONE ? plan.payload : nil
  }

  @Test func `A base that has changed is found before anything is written, and the image is chosen next`() throws {
    let device = CDevice(running: Self.old, room: Self.new.count)
    device.regions[2].memory.bytes[1234] ^= 1
    let update = try Update(from: Self.old, to: Self.new, andImage: true)
    var plan = asvin_plan()
    #expect(CStateTests.verify(device, update, &plan) == ASVIN_DONE && plan.payload == 0)
    let mismatch = Int32(Reason.baseDigestMismatch.rawValue)
    #expect(unsafe asvin_check_base(device.device, &plan) == mismatch)
    let slot = device.regions[3].memory.bytes
    #expect(CInterfaceTests.install(device, update) == mismatch)
    #expect(device.regions[3].memory.bytes == slot)
    unsafe device.device.pointee.excluded_payloads = 1
    #expect(Self.payload(device, update) == 1)
    unsafe device.device.pointee.excluded_payloads = 3
    #expect(CStateTests.verify(device, update, &plan) == Int32(Reason.noUsablePayload.rawValue))
  }

  @Test func `A base that cannot be read is not the base`() throws {
    let device = CDevice(running: Self.old, room: Self.new.count)
    device.regions[2].memory.unreadable = Set(800..<808)
    let update = try Update(from: Self.old, to: Self.new)
    #expect(CInterfaceTests.install(device, update) == Int32(Reason.baseDigestMismatch.rawValue))
  }

  @Test func `A base that is intact is worth the download`() throws {
    let device = CDevice(running: Self.old, room: Self.new.count)
    var plan = asvin_plan()
    #expect(CStateTests.verify(device, try Update(from: Self.old, to: Self.new), &plan) == ASVIN_DONE)
    #expect(unsafe asvin_check_base(device.device, &plan) == ASVIN_DONE)
  }

  @Test
  func `A device of complete images gets neither a patch nor a compressed image, whatever its memory`() throws {
    let device = CDevice(running: Self.old, room: Self.new.count)
    unsafe device.device.pointee.images_only = 1
    for update in [
      try Update(from: Self.old, to: Self.new, andImage: true), try Update(from: [], to: Self.new, andImage: true),
    ] {
      for memory in [0, 4128, 16_384, 20_336, 65_536] {
        unsafe device.device.pointee.memory_bytes = UInt32(memory)
        #expect(Self.payload(device, update) == 1, "\(memory)")
      }
    }
  }

  @Test func `A patch that is not sealed is not chosen, since no byte of it could be trusted`() throws {
    let device = CDevice(running: Self.old, room: Self.new.count)
    #expect(Self.payload(device, try Update(from: Self.old, to: Self.new, chunk: nil, andImage: true)) == 1)
  }

  @Test func `A payload whose chunk does not fit the memory is not chosen`() throws {
    let device = CDevice(running: Self.old, room: Self.new.count)
    unsafe device.device.pointee.memory_bytes = 4128
    for chunk: UInt64 in [13, 16] {
      var plan = asvin_plan()
      let answer = CStateTests.verify(device, try Update(image: Self.new, chunk: chunk), &plan)
      #expect(answer == Int32(Reason.noUsablePayload.rawValue))
    }
    #expect(Self.payload(device, try Update(image: Self.new, chunk: 12)) == 0)
  }

  @Test func `A patch in place is chosen only by a device that has both regions for it`() throws {
    let device = CDevice(running: Self.old, room: Self.new.count)
    let update = try Update(from: Self.old, to: Self.new, inPlace: InPlaceInstallTests.inPlace, andImage: true)
    #expect(Self.payload(device, update) == 1)
    let region = unsafe UnsafePointer(device.flashes + 4)
    unsafe device.device.pointee.spare = region
    #expect(Self.payload(device, update) == 1)
    unsafe (device.device.pointee.spare, device.device.pointee.checkpoint) = (nil, region)
    #expect(Self.payload(device, update) == 1)
    device.rewrites(Self.old)
    #expect(Self.payload(device, update) == 0)
    unsafe device.device.pointee.features = 1 << 1
    #expect(Self.payload(device, update) == 1)
    unsafe device.device.pointee.features = 0
    #expect(Self.payload(device, update) == 0, "0 is all of them")
  }

  @Test func `A sequence number beyond the device's step is refused`() throws {
    let device = CDevice(running: Self.old, room: Self.new.count)
    let tooFar = Int32(Reason.sequenceTooFar.rawValue)
    var plan = asvin_plan()
    for sequence: UInt64 in [.max, 7 + (1 << 48) + 1] {
      #expect(CStateTests.verify(device, try Update(image: Self.new, sequence: sequence), &plan) == tooFar)
    }
    #expect(CStateTests.verify(device, try Update(image: Self.new, sequence: 7 + (1 << 48)), &plan) == ASVIN_DONE)
    unsafe device.device.pointee.max_sequence_step = 100
    #expect(CStateTests.verify(device, try Update(image: Self.new, sequence: 108), &plan) == tooFar)
    #expect(CStateTests.verify(device, try Update(image: Self.new, sequence: 107), &plan) == ASVIN_DONE)
  }

  @Test(arguments: [[1], [77], [0, 1], [0, 77]])
  func `A release for other slots, or for more of them, is refused`(slots: [UInt64]) throws {
    let device = CDevice(running: Self.old, room: Self.new.count)
    var plan = asvin_plan()
    let answer = CStateTests.verify(device, try Update(image: Self.new, slots: slots), &plan)
    #expect(answer == Int32(Reason.slotUnknown.rawValue))
  }
}
