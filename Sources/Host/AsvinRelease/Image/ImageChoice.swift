import AsvinHost
import AsvinImage

extension ImageChoice {
  /// Creates the choice for a slot, from the options, the project and the board, in this order.
  ///
  /// - Throws: ``Failure`` for a text that is not a range.
  init(
    _ options: ReleaseOptions, _ project: ProjectFile, _ template: Template?, slot: UInt64
  ) throws(Failure) {
    self.init()
    family = options.families[slot] ?? (slot == 0 ? project.family : nil)
    chips = template?.chips ?? []
    window = template?.slots[slot]?.range
    range = try (options.ranges[slot] ?? (slot == 0 ? project.range : nil)).map { text throws(Failure) in
      guard let range = AddressRange(text) else {
        throw Failure(
          .usage, "'\(text)' is not a range of addresses", hint: "write first and last address, as 0x8000000-0x80FFFFF")
      }
      return range
    }
  }
}

extension ReleaseOptions {
  /// Refuses a choice without an effect. Otherwise the user would believe that it was applied.
  func checkChoices(of images: [FirmwareImage]) throws(Failure) {
    for (choices, option) in [(ranges, "--range"), (families, "--family")] {
      for slot in choices.keys.sorted() {
        guard let image = images.first(where: { $0.slot == slot }) else {
          throw Failure(
            .usage, "\(option) is given for slot \(slot), which has no file", hint: "give one with --slot \(slot)=FILE")
        }
        guard image.description.container == nil else { continue }
        throw Failure(
          .usage, "'\(image.name)' is \(image.description.format.title), which \(option) cannot choose from",
          hint: "leave \(option) out, or give a container such as Intel HEX, S-records, UF2 or ELF")
      }
    }
  }
}
