import AsvinVerifier
import AsvinDeviceC
import CAsvinDevice
import Testing

/// The complete flow of a firmware in C, with power lost at each operation of its flash.
@Suite("Power cuts of a firmware in C")
struct CPowerCutTests {
  static let images = [
    CInterfaceTests.old, CInterfaceTests.new, InstallTests.noise(2600, seed: 91),
  ]

  /// A firmware, its bootloader, and the releases that it installs one after the other: 8 as a patch, 9 as an image.
  final class Firmware {
    let device: CDevice
    let updates: [Update]
    private var bootloader = Bootloader()
    /// Which image each slot has when it is started.
    private var installed = [0, 0]

    init(_ updates: [Update], _ flavour: FlashFlavour) {
      device = CDevice(running: images[0], room: images[1].count, flavour: flavour)
      self.updates = updates
      // The arithmetic of signatures has tests of its own.
      unsafe device.device.pointee.check = { _, _, _, _, _, _, _ in ASVIN_SIGNED }
    }

    /// One life between two restarts; the first answer that is not a success, or `nil` where all releases are confirmed.
    func live() -> Int32? {
      let running = Int(bootloader.start())
      let image = images[installed[running]]
      #expect(device.regions[2 + running].memory.bytes.starts(with: image))
      let (answer, slot) = device.boot(running, image)
      if slot != UInt32(running) {
        bootloader.keep(slot)
        return answer
      }
      if answer == ASVIN_TRIAL {
        bootloader.keep(UInt32(running))
        return unsafe asvin_confirm(device.device)
      }
      guard answer == ASVIN_CONFIRMED || answer == ASVIN_REVERTED else { return answer }
      let next = Int(device.floor) - 7
      guard next < updates.count else { return nil }
      let result = CInterfaceTests.install(device, updates[next], pieces: 300)
      if result == ASVIN_DONE {
        installed[1 - running] = next + 1
        bootloader.startNext(UInt32(1 - running))
      }
      return result
    }

    /// Lives until all releases are confirmed; the answers.
    func run(cutAt cut: Int?) -> [Int32] {
      let power = device.regions[0].power
      power.cutAt = cut
      var answers: [Int32] = []
      while answers.count < 24, let answer = live() {
        answers.append(answer)
        if power.hasFailed { power.restart() }
      }
      return answers
    }
  }

  @Test(arguments: FlashFlavour.all)
  func `Every cut ends in a device that is updated, and that can be updated again`(flavour: FlashFlavour) throws {
    let updates = [
      try Update(from: Self.images[0], to: Self.images[1]), try Update(image: Self.images[2], sequence: 9),
    ]
    let complete = Firmware(updates, flavour)
    #expect(complete.run(cutAt: nil).count == 4)
    let operations = complete.device.regions[0].power.operations
    #expect(operations > 40)
    for cut in 1...operations {
      let firmware = Firmware(updates, flavour)
      let answers = firmware.run(cutAt: cut)
      #expect(firmware.device.floor == 9, "cut at \(cut): \(answers)")
      // A failure of flash is reported where power is lost, and not later.
      #expect(answers.count { $0 == Int32(Reason.flashFailed.rawValue) } <= 1, "cut at \(cut): \(answers)")
      #expect(firmware.device.regions[0].power.violation == nil, "cut at \(cut)")
    }
  }
}
