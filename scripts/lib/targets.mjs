/** The platforms that packages are made for, as VS Code names them. */
export const targets = ['linux-x64', 'linux-arm64', 'darwin-arm64', 'win32-x64'];
