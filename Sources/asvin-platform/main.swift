import AsvinPlatformCommands

await PlatformProgram.run()
