import AsvinCrypto
import AsvinVerifier
import AsvinVerifierC
import AsvinWire
import CAsvinVerifier

/// A device as a firmware in C has it, with flash in memory.
@safe
final class CDevice {
  let device = UnsafeMutablePointer<asvin_device>.allocate(capacity: 1)
  let update = UnsafeMutablePointer<asvin_update>.allocate(capacity: 1)
  private let key = UnsafeMutablePointer<asvin_key>.allocate(capacity: 1)
  private let memory = UnsafeMutablePointer<UInt64>.allocate(capacity: 8192)
  /// State, journal, and the slots of what runs and of what comes.
  private let flashes = UnsafeMutablePointer<asvin_flash>.allocate(capacity: 4)
  let regions: [SimulatedRegion]

  init(running image: [UInt8], room: Int) {
    let power = Power()
    let blocks = room / 512 + 4
    regions = [
      SimulatedRegion(power, blocks: 2, blockBytes: 512), SimulatedRegion(power, blocks: 2, blockBytes: 4096),
      SimulatedRegion(power, blocks: blocks, blockBytes: 512, holding: image),
      SimulatedRegion(power, blocks: blocks, blockBytes: 512),
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
    unsafe (device.pointee.running, device.pointee.target) = (UnsafePointer(flashes + 2), UnsafePointer(flashes + 3))
    unsafe device.pointee.running_bytes = UInt32(image.count)
    let digest = SHA256.digest(of: image.span)
    unsafe put(digest.span, into: &device.pointee.running_digest)
    unsafe device.pointee.memory = UnsafeMutableRawPointer(memory).assumingMemoryBound(to: UInt8.self)
    unsafe device.pointee.memory_bytes = 65_536
  }

  deinit {
    for index in 0..<4 { unsafe Unmanaged<CRegionBox>.fromOpaque(flashes[index].context).release() }
    unsafe flashes.deallocate()
    unsafe device.deallocate()
    unsafe update.deallocate()
    unsafe key.deallocate()
    unsafe memory.deallocate()
  }

  /// What a restart runs: whether it is the target slot.
  func boot() -> Bool? {
    var runsTarget: Int32 = 2
    let answer = unsafe asvin_boot(device, &runsTarget)
    return answer == ASVIN_DONE ? runsTarget == 1 : nil
  }

  private static func fill(_ flash: UnsafeMutablePointer<asvin_flash>, with region: SimulatedRegion) {
    unsafe flash.initialize(to: asvin_flash())
    unsafe flash.pointee.context = Unmanaged.passRetained(CRegionBox(region)).toOpaque()
    unsafe (flash.pointee.capacity, flash.pointee.block_bytes) = (UInt32(region.capacity), region.blockBytes)
    unsafe flash.pointee.write_bytes = 8
    unsafe flash.pointee.read = { context, offset, bytes, count in
      let region = unsafe CRegionBox.region(context)
      for index in 0..<Int(count) { unsafe bytes?[index] = region.byte(UInt64(offset) + UInt64(index)) }
      return 0
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

  private func put<Array>(_ bytes: Span<UInt8>, into array: inout Array) {
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
