import AsvinVerifier
import AsvinDeviceC
import CAsvinDevice
import Testing

@Suite("Wrong order and wrong parts in a firmware in C")
struct CStateTests {
  static let (old, new) = (CInterfaceTests.old, CInterfaceTests.new)

  static let other = InstallTests.noise(3000, seed: 63)

  static func device() -> CDevice { CDevice(running: old, room: new.count) }

  static func verify(_ device: CDevice, _ update: Update, _ plan: inout asvin_plan) -> Int32 {
    unsafe asvin_verify(device.device, update.envelope, UInt32(update.envelope.count), &plan)
  }

  @Test func `A compressed image, a patch of the empty base, is installed over any image`() throws {
    let device = Self.device()
    #expect(CInterfaceTests.install(device, try Update(from: [], to: Self.new)) == ASVIN_DONE)
    #expect(Array(device.regions[3].memory.bytes[..<Self.new.count]) == Self.new)
  }

  @Test func `A pending update is not fetched again, and not tried after its slot was written to`() throws {
    let device = Self.device()
    let update = try Update(image: Self.new)
    #expect(CInterfaceTests.install(device, update) == ASVIN_DONE)
    var plan = asvin_plan()
    #expect(Self.verify(device, update, &plan) == ASVIN_DONE && plan.is_installed == 1)
    let next = try Update(image: Self.other, chunk: nil, sequence: 9)
    #expect(Self.verify(device, next, &plan) == ASVIN_DONE && plan.is_installed == 0)
    var offset: UInt64 = 0
    #expect(unsafe asvin_begin_image(device.update, device.device, &plan, &offset) == ASVIN_DONE)
    #expect(unsafe asvin_push(device.update, [UInt8](repeating: 0x66, count: 600), 600) == ASVIN_DONE)
    // The line is cut here, and the power.
    #expect(device.boot(nil) == (ASVIN_CONFIRMED, 0))
  }

  @Test func `Nothing is written to a slot whose image is on trial`() throws {
    let device = Self.device()
    #expect(CInterfaceTests.install(device, try Update(image: Self.new)) == ASVIN_DONE)
    #expect(device.boot(1) == (ASVIN_TRIAL, 1))
    for slot in 0...1 {
      device.runs(slot)
      #expect(CInterfaceTests.install(device, try Update(image: Self.other, sequence: 9)) == ASVIN_MISUSE)
    }
    #expect(Array(device.regions[2].memory.bytes[..<Self.old.count]) == Self.old)
    #expect(Array(device.regions[3].memory.bytes[..<Self.new.count]) == Self.new)
    #expect(unsafe asvin_confirm(device.device) == ASVIN_DONE)
  }

  @Test(arguments: [0, 1, 256, 257, 3000])
  func `The digest of a region is that of its first bytes`(count: Int) throws {
    let device = Self.device()
    let region = unsafe UnsafeMutablePointer(mutating: device.device.pointee.running)
    var (digest, expected) = ([UInt8](repeating: 0, count: 32), [UInt8](repeating: 0, count: 32))
    let bytes = Array(device.regions[2].memory.bytes[..<count])
    unsafe asvin_digest(bytes, UInt32(count), &expected)
    #expect(unsafe asvin_digest_region(region, UInt32(count), &digest) == ASVIN_DONE)
    #expect(digest == expected)
    let capacity = unsafe try #require(region?.pointee.capacity)
    #expect(unsafe asvin_digest_region(region, capacity + 1, &digest) == ASVIN_MISUSE)
    #expect(unsafe asvin_digest_region(nil, 0, &digest) == ASVIN_MISUSE)
    unsafe region?.pointee.read = { _, _, _, _ in 1 }
    let failed = count == 0 ? ASVIN_DONE : Int32(Reason.flashFailed.rawValue)
    #expect(unsafe asvin_digest_region(region, UInt32(count), &digest) == failed)
  }

  @Test func `A state that cannot be read is not that of a new device`() throws {
    let device = Self.device()
    let state = unsafe UnsafeMutablePointer(mutating: device.device.pointee.state)
    unsafe state?.pointee.read = { _, _, _, _ in 1 }
    let failed = Int32(Reason.flashFailed.rawValue)
    var plan = asvin_plan()
    #expect(unsafe asvin_floor(device.device, nil, nil) == failed)
    #expect(Self.verify(device, try Update(image: Self.new), &plan) == failed)
    var slot: UInt32 = 2
    #expect(unsafe asvin_boot(device.device, &slot) == failed && slot == 0)
    #expect(unsafe asvin_confirm(device.device) == failed)
  }

  @Test func `Records need two erase blocks, in units that a record is a multiple of`() throws {
    let device = Self.device()
    let state = unsafe UnsafeMutablePointer(mutating: device.device.pointee.state)
    let whole = unsafe state?.pointee ?? asvin_flash()
    unsafe state?.pointee.capacity = whole.block_bytes
    #expect(unsafe asvin_floor(device.device, nil, nil) == ASVIN_MISUSE)
    unsafe state?.pointee.capacity = whole.capacity
    unsafe state?.pointee.write_bytes = 1024
    #expect(unsafe asvin_floor(device.device, nil, nil) == ASVIN_MISUSE)
    unsafe state?.pointee.write_bytes = 128
    #expect(unsafe asvin_floor(device.device, nil, nil) == ASVIN_DONE)
  }

  @Test func `An envelope over the size limit is refused before it is read`() {
    let device = Self.device()
    var plan = asvin_plan()
    let answer = unsafe asvin_verify(device.device, [0xA2], UInt32.max, &plan)
    #expect(answer == Int32(Reason.envelopeTooLarge.rawValue))
  }

  @Test
  func `A patch is chosen where it fits after a block of the stream, and not where it would only fit alone`() throws {
    let device = Self.device()
    let update = try Update(from: Self.old, to: Self.new)
    var plan = asvin_plan()
    unsafe device.device.pointee.memory_bytes = UInt32(update.memory + 544 - 8)
    #expect(Self.verify(device, update, &plan) == Int32(Reason.noUsablePayload.rawValue))
    unsafe device.device.pointee.memory_bytes = UInt32(update.memory + 544)
    #expect(CInterfaceTests.install(device, update) == ASVIN_DONE)
  }
}
