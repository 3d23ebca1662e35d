// A payload's stream, sealed or plain, as anyone may change it on its way, with restarts in between.
//
// Input: how long the payload is (two bytes), what is done (bit 0: it is not sealed), the pieces, and steps of three bytes:
// a byte of the stream that is changed and how, by pairs; where the first of the three has bit 7, a restart follows.

private nonisolated(unsafe) let room = unsafe memory(544)
private let payload: [UInt8] = (0..<2048).map { UInt8(truncatingIfNeeded: $0 &* 7 ^ $0 >> 5) }

/// What is planned for a length, so that it is hashed once.
private struct Prepared {
  let image: [UInt8]
  let stream: [UInt8]
  let plan: InstallPlan

  init(_ length: Int, isSealed: Bool) {
    image = Array(payload[..<length])
    let sealed = Sealed(image)
    stream = isSealed ? sealed.stream : image
    plan = InstallPlan(image, firstLink: isSealed ? sealed.firstLink : nil)
  }
}

private nonisolated(unsafe) var known: [Int: Prepared] = [:]

private struct Board {
  let slot = MemoryRegion(block: Block(2048, holding: 0x5A))
  let journal = MemoryRegion(block: Block(1024))

  /// A start of the device: gives what is left of a stream to an installer.
  func run(_ plan: InstallPlan, _ stream: [UInt8], upTo end: Int, _ pieces: Pieces) throws(InstallError) -> Bool {
    var pieces = pieces
    var installer = try unsafe Installer(
      plan, into: slot, journal: journal, hash: SHA256.self, patching: NoPatches(), memory: room)
    let start = Int(installer.offset)
    require(UInt64(start) < max(plan.streamSize, 1), "it goes on within the stream")
    if start < end {
      try stream.withUnsafeBufferPointer { bytes throws(InstallError) in
        try unsafe pieces.forEach(of: UnsafeBufferPointer(rebasing: bytes[start..<end])) { piece throws(InstallError) in
          try installer.push(piece)
        }
      }
    }
    guard end == stream.count else { return false }
    let installed = try installer.finish()
    require(installed.size == plan.imageSize, "what is installed is the image")
    return true
  }
}

/// Called by the fuzzer with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  var input = unsafe Input(start, count)
  let length = 1 + input.number() & 2047
  let (what, pieces) = (input.byte(), Pieces(input.byte()))
  let isSealed = what & 1 == 0
  let prepared = unsafe known[isSealed ? length : -length] ?? Prepared(length, isSealed: isSealed)
  unsafe known[isSealed ? length : -length] = prepared
  let (image, whole, plan) = (prepared.image, prepared.stream, prepared.plan)
  var stream = whole
  if what & 2 != 0 { stream.append(what) }
  let device = Board()
  var isInstalled = false
  var steps = 0
  repeat {
    let (place, change) = (input.number(), input.byte())
    stream[(place & 0x7FFF) % stream.count] ^= change
    if place & 0x8000 != 0 || input.isEmpty {
      let end = input.isEmpty ? stream.count : Int(change) * stream.count / 255
      isInstalled = (try? device.run(plan, stream, upTo: end, pieces)) ?? false  // a refusal is as good
      // Whatever came, nothing but the payload was written of a sealed one.
      for index in 0..<length where isSealed {
        let byte = device.slot.block.bytes[index]
        require(byte == image[index] || byte == 0xFF || byte == 0x5A, "only what was checked is written")
      }
      require(!isInstalled || Array(device.slot.block.bytes[..<length]) == image, "what is installed is the image")
    }
    steps += 1
  } while !input.isEmpty && steps < 32
  if steps == 1, stream == whole { require(isInstalled, "what was not changed is installed") }
  return 0
}
