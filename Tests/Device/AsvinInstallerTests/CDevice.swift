import AsvinCrypto
import AsvinVerifier
import AsvinDeviceC
import AsvinManifest
import CAsvinDevice

/// A device as a firmware in C has it, with flash in memory.
@safe
final class CDevice {
  let device = UnsafeMutablePointer<asvin_device>.allocate(capacity: 1)
  let inPlaceUpdate = UnsafeMutablePointer<asvin_in_place_update>.allocate(capacity: 1)
  var update: UnsafeMutablePointer<asvin_update> {
    unsafe UnsafeMutableRawPointer(inPlaceUpdate).assumingMemoryBound(to: asvin_update.self)
  }
  private let key = UnsafeMutablePointer<asvin_key>.allocate(capacity: 1)
  private let memory = UnsafeMutablePointer<UInt64>.allocate(capacity: 8192)
  /// State, journal, the slots 0 and 1, and spare and checkpoint of a device that installs in place.
  let flashes = UnsafeMutablePointer<asvin_flash>.allocate(capacity: 6)
  let regions: [SimulatedRegion]

  /// A device that left the factory with an image in slot 0.
  init(running image: [UInt8], room: Int, flavour: FlashFlavour = .plain, blockBytes: Int = 512, power: Power? = nil) {
    let power = power ?? Power(flavour)
    let blocks = room / blockBytes + 4
    regions = [
      SimulatedRegion(power, blocks: 2, blockBytes: 512), SimulatedRegion(power, blocks: 2, blockBytes: 4096),
      SimulatedRegion(power, blocks: blocks, blockBytes: blockBytes, holding: image),
      SimulatedRegion(power, blocks: blocks, blockBytes: blockBytes),
      SimulatedRegion(power, blocks: 1, blockBytes: blockBytes),
      SimulatedRegion(power, blocks: 32_768 / blockBytes, blockBytes: blockBytes),
    ]
    unsafe device.initialize(to: asvin_device())
    unsafe key.initialize(to: asvin_key())
    unsafe key.pointee.algorithm = ASVIN_ED25519
    unsafe put(Update.key.publicKey.bytes, into: &key.pointee.bytes)
    unsafe put(Update.vendor.span, into: &device.pointee.vendor)
    unsafe put(Update.deviceClass.span, into: &device.pointee.device_class)
    unsafe (device.pointee.keys, device.pointee.key_count, device.pointee.key_threshold) = (UnsafePointer(key), 1, 1)
    unsafe (device.pointee.factory_floor, device.pointee.factory_sequence) = (7, 7)
    unsafe device.pointee.features = .max
    for (index, region) in regions.enumerated() { unsafe Self.fill(flashes + index, with: region) }
    unsafe (device.pointee.state, device.pointee.journal) = (UnsafePointer(flashes), UnsafePointer(flashes + 1))
    for index in 0..<6 { unsafe flashes[index].start = UInt32(index + 1) << 20 }
    runs(0, image)
    unsafe device.pointee.memory = UnsafeMutableRawPointer(memory).assumingMemoryBound(to: UInt8.self)
    unsafe device.pointee.memory_bytes = 65_536
  }

  deinit {
    for index in 0..<6 { unsafe Unmanaged<CRegionBox>.fromOpaque(flashes[index].context).release() }
    unsafe flashes.deallocate()
    unsafe device.deallocate()
    unsafe inPlaceUpdate.deallocate()
    unsafe key.deallocate()
    unsafe memory.deallocate()
  }

  /// A slot runs from now on, with an image that the firmware knows or does not know.
  func runs(_ slot: Int, _ image: [UInt8]? = nil) {
    unsafe (device.pointee.running_slot, device.pointee.target_slot) = (UInt32(slot), UInt32(1 - slot))
    unsafe device.pointee.running = UnsafePointer(flashes + 2 + slot)
    unsafe device.pointee.target = UnsafePointer(flashes + 3 - slot)
    unsafe device.pointee.running_bytes = UInt32(image?.count ?? 0)
    let bytes = image ?? []
    let digest = SHA256.digest(of: bytes.span)
    unsafe put(digest.span, into: &device.pointee.running_digest)
  }

  /// The updater of a device that installs in place runs from now on. It knows which image is in slot 0, or does not.
  func rewrites(_ image: [UInt8]?) {
    runs(0, image)
    unsafe (device.pointee.running_slot, device.pointee.target_slot) = (ASVIN_NO_SLOT, 0)
    unsafe (device.pointee.running, device.pointee.target) = (nil, UnsafePointer(flashes + 2))
    unsafe (device.pointee.spare, device.pointee.checkpoint) = (UnsafePointer(flashes + 4), UnsafePointer(flashes + 5))
  }

  /// A restart that runs a slot, or a bootloader where none is given: the answer, and the slot that is to run.
  func boot(_ running: Int?, _ image: [UInt8]? = nil) -> (answer: Int32, slot: UInt32) {
    runs(running ?? 0, image)
    if running == nil { unsafe device.pointee.running_slot = ASVIN_NO_SLOT }
    var slot: UInt32 = 99
    let answer = unsafe asvin_boot(device, &slot)
    return (answer, slot)
  }

  var floor: UInt64 {
    var floor: UInt64 = 0
    return unsafe asvin_floor(device, &floor, nil) == ASVIN_DONE ? floor : .max
  }

  private static func fill(_ flash: UnsafeMutablePointer<asvin_flash>, with region: SimulatedRegion) {
    unsafe flash.initialize(to: asvin_flash())
    unsafe flash.pointee.context = Unmanaged.passRetained(CRegionBox(region)).toOpaque()
    unsafe (flash.pointee.capacity, flash.pointee.block_bytes) = (UInt32(region.capacity), region.blockBytes)
    unsafe flash.pointee.write_bytes = region.writeBytes
    unsafe flash.pointee.read = { context, offset, bytes, count in
      let buffer = unsafe UnsafeMutableRawBufferPointer(start: bytes, count: Int(count))
      return unsafe CRegionBox.region(context).read(UInt64(offset), into: buffer) ? 0 : 1
    }
    unsafe flash.pointee.erase = { context, offset in
      let region = unsafe CRegionBox.region(context)
      region.erase(UInt64(offset))
      return region.hasFailed ? 1 : 0
    }
    unsafe flash.pointee.write = { context, offset, bytes, count in
      let region = unsafe CRegionBox.region(context)
      region.write(UInt64(offset), unsafe UnsafeBufferPointer(start: bytes, count: Int(count)).span)
      return region.hasFailed ? 1 : 0
    }
  }

  func put<Array>(_ bytes: Span<UInt8>, into array: inout Array) {
    unsafe withUnsafeMutableBytes(of: &array) { target in
      for index in bytes.indices { unsafe target[index] = bytes[index] }
    }
  }
}

private final class CRegionBox {
  private let region: SimulatedRegion
  init(_ region: SimulatedRegion) { self.region = region }
  static func region(_ context: UnsafeMutableRawPointer?) -> SimulatedRegion {
    guard let context = unsafe context else { fatalError("a region has a context") }
    return unsafe Unmanaged<CRegionBox>.fromOpaque(context).takeUnretainedValue().region
  }
}
