import AsvinDelta

/// Tries settings on a pair of images, by what they would cost.
struct Trial {
  let old: [UInt8]
  let new: [UInt8]
  let profile: Profile
  let covers: [Cover]

  init(old: [UInt8], new: [UInt8], profile: Profile) {
    (self.old, self.new, self.profile) = (old, new, profile)
    covers = CoverSearch(old: old, new: new).covers()
  }

  /// The settings that cost least: first the machine code, then where the images and their memory stand.
  func best(among sets: [InstructionSet]) -> PatchSettings {
    var plain = PatchSettings()
    plain.oldSize = UInt32(old.count)
    plain.newSize = UInt32(new.count)
    var placed = plain
    if let address = LayoutInference.loadAddress(old: old, new: new, covers: covers) {
      placed.layout.append(
        Region(
          old: 0, new: 0, oldLength: plain.oldSize, newLength: plain.newSize, oldAddress: address,
          newAddress: address))
    }
    let set = cheapest(sets.map { with(placed, set: $0) }).set
    var candidates = [with(plain, set: set), with(placed, set: set)]
    for page in LayoutInference.memoryPages(old: old, new: new, covers: covers, layout: placed.layout) {
      for var candidate in candidates[..<2] {
        candidate.memoryPage = page
        candidates.append(candidate)
      }
    }
    return cheapest(candidates)
  }

  private func with(_ settings: PatchSettings, set: InstructionSet) -> PatchSettings {
    var settings = settings
    settings.set = set
    return settings
  }

  private func cheapest(_ candidates: [PatchSettings]) -> PatchSettings {
    let costs = candidates.map { settings in
      PatchWriter.code(
        old: old, new: new, covers: covers, profile: profile, settings: settings, coder: { CostCounter() }
      ) { $0.bits }
    }
    return zip(candidates, costs).min { $0.1 < $1.1 }?.0 ?? PatchSettings()
  }
}
