import AsvinRelease
import FoundationEssentials

extension PatchReport: Report {
  var lines: [String] {
    let percent = (ratio * 10_000).rounded() / 100
    var lines = [
      "made \(output)",
      line("patch", "\(size) bytes, \(percent) % of the \(newSize) bytes that it makes of \(oldSize)"),
      line("applied", "in \(memory) bytes of RAM, profile \(profile), machine code \(instructionSet)"),
    ]
    if let inPlace {
      lines.append(
        line(
          "in place",
          "\(inPlace.spareBytes) bytes of spare blocks, \(inPlace.checkpointBytes) of checkpoints; erased at most: "
            + "slot \(inPlace.slotErasures), spare \(inPlace.spareErasures), checkpoint \(inPlace.checkpointErasures) times"
        ))
    }
    return lines
  }
}

extension ApplicationReport: Report {
  var lines: [String] {
    ["made \(output)", line("image", "\(size) bytes, sha256 \(sha256)")]
  }
}
