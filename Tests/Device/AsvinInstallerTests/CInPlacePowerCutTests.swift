import AsvinPatch
import AsvinVerifier
import AsvinDeviceC
import CAsvinDevice
import Testing

/// The complete flow of a device that installs in place, with power lost at each operation of its flash.
@Suite("Power cuts of a firmware in C that installs in place")
struct CInPlacePowerCutTests {
  static let images = [
    CInterfaceTests.old, CInterfaceTests.new, InstallTests.noise(2600, seed: 91),
  ]

  /// An updater in the bootloader, and the releases that it installs one after the other: 8 as a patch in place, 9 as an
  /// image.
  final class Firmware {
    let device: CDevice
    let updates: [Update]
    /// Which image is in the slot, as the image itself knows: an updater looks there.
    private var installed = 0

    init(_ updates: [Update], _ flavour: FlashFlavour) {
      device = CDevice(
        running: images[0], room: images[1].count, flavour: flavour, blockBytes: CInPlaceTests.blockBytes)
      self.updates = updates
      // The arithmetic of signatures has tests of its own.
      unsafe device.device.pointee.check = { _, _, _, _, _, _, _ in ASVIN_SIGNED }
    }

    private var power: Power { device.regions[0].power }

    /// One life between two restarts; the first answer that is not a success, or `nil` where all releases are confirmed.
    func live() -> Int32? {
      device.rewrites(images[installed])
      let (answer, slot) = CInPlaceTests.boot(device)
      guard answer == ASVIN_CONFIRMED || answer == ASVIN_TRIAL || answer == ASVIN_REVERTED else { return answer }
      if slot == ASVIN_NO_SLOT {
        // Neither image is complete, or the state was written just before the first erase.
        unsafe device.device.pointee.running_bytes = 0
        let digest = UnsafeMutablePointer<UInt8>.allocate(capacity: 32)
        defer { unsafe digest.deallocate() }
        if unsafe asvin_base(device.device, &device.device.pointee.running_bytes, digest) == ASVIN_DONE {
          unsafe withUnsafeMutableBytes(of: &device.device.pointee.running_digest) { bytes in
            for index in 0..<32 { unsafe bytes[index] = digest[index] }
          }
        }
      } else {
        // What is started is complete, whatever has happened.
        let image = images[answer == ASVIN_TRIAL ? Int(device.floor) - 6 : Int(device.floor) - 7]
        #expect(device.regions[2].memory.bytes.starts(with: image))
        if answer == ASVIN_TRIAL {
          installed = Int(device.floor) - 6
          device.runs(0, image)
          return unsafe asvin_confirm(device.device)
        }
      }
      let next = Int(device.floor) - 7
      guard next < updates.count else { return nil }
      return CInterfaceTests.install(device, updates[next], inPlace: true, pieces: 300)
    }

    /// Lives until all releases are confirmed; the answers.
    func run(cutAt first: Int?, then second: Int? = nil) -> [Int32] {
      power.cutAt = first
      var (answers, again): ([Int32], Int?) = ([], second)
      while answers.count < 24, let answer = live() {
        answers.append(answer)
        if power.hasFailed {
          power.restart()
          if let more = again { power.cutAt = power.operations + more }
          again = nil
        }
      }
      return answers
    }
  }

  /// Cuts power at each operation; a second cut a number of operations after it.
  static func cutEverywhere(_ updates: [Update], _ flavour: FlashFlavour, then second: Int?) {
    let complete = Firmware(updates, flavour)
    #expect(complete.run(cutAt: nil).count == 4)
    let operations = complete.device.regions[0].power.operations
    #expect(operations > 150)
    for cut in 1...operations {
      let firmware = Firmware(updates, flavour)
      let answers = firmware.run(cutAt: cut, then: second)
      #expect(firmware.device.floor == 9, "cut at \(cut): \(answers)")
      let cuts = answers.count { $0 == Int32(Reason.flashFailed.rawValue) }
      #expect(cuts <= (second == nil ? 1 : 2), "cut at \(cut): \(answers)")
      #expect(firmware.device.regions[0].power.violation == nil, "cut at \(cut)")
    }
  }

  /// Words of each size, cut at different places of an operation.
  static let flavours = [
    FlashFlavour(word: 0, part: 128), FlashFlavour(word: 8, part: 77, fromEnd: true),
    FlashFlavour(word: 16, part: 0), FlashFlavour(word: 32, part: 255, fromEnd: true),
  ]

  static func updates() throws -> [Update] {
    [
      try Update(from: images[0], to: images[1], inPlace: CInPlaceTests.inPlace),
      try Update(image: images[2], sequence: 9),
    ]
  }

  @Test(arguments: flavours)
  func `Every cut ends in a device that is updated, and that can be updated again`(flavour: FlashFlavour) throws {
    Self.cutEverywhere(try Self.updates(), flavour, then: nil)
  }

  @Test(arguments: [1, 20])
  func `A second cut while the first one is repaired ends so too`(second: Int) throws {
    Self.cutEverywhere(try Self.updates(), FlashFlavour(word: 8, part: 77, fromEnd: true), then: second)
  }
}
