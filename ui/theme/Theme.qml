pragma Singleton
import QtQuick

// Colours, measures and type of the whole window. Main sets the switches; everything else follows.
QtObject {
    id: theme

    property bool dark: false
    property bool motion: true
    property real scale: 1.0
    property string fontFamily: Qt.application.font.family
    property string monoFamily: "monospace"

    readonly property color window: dark ? "#171614" : "#FCFBF9"
    readonly property color side: dark ? "#131211" : "#F5F3EF"
    readonly property color field: dark ? "#24221F" : "#ECE8E1"
    readonly property color hover: dark ? "#1F1E1B" : "#EEEBE5"
    readonly property color raised: dark ? "#201F1C" : "#FFFFFF"
    readonly property color raisedHover: dark ? "#2A2825" : "#F7F5F1"
    readonly property color line: dark ? "#2B2926" : "#E7E3DB"
    readonly property color lineStrong: dark ? "#6C665B" : "#8F887B"
    readonly property color text: dark ? "#ECE9E3" : "#1F1D1A"
    readonly property color muted: dark ? "#A29C91" : "#6B675F"
    readonly property color faint: dark ? "#8D877C" : "#716C63"
    readonly property color accent: dark ? "#8DA2FB" : "#3B5BDB"
    readonly property color accentHover: dark ? "#A3B4FC" : "#3250C4"
    readonly property color accentText: dark ? "#171614" : "#FFFFFF"
    readonly property color accentTint: dark ? "#22263A" : "#EDF1FE"
    readonly property color bubble: dark ? "#24283A" : "#EEF1FE"
    readonly property color thought: dark ? "#1E1D1A" : "#FBF8F1"
    readonly property color thoughtText: dark ? "#BDB5A5" : "#5C5546"
    readonly property color thoughtRule: dark ? "#4A4436" : "#E0D6BF"
    readonly property color code: dark ? "#1C1B19" : "#F6F4F0"
    readonly property color ok: dark ? "#86CFA3" : "#0A6B3D"
    readonly property color amber: dark ? "#E5A54B" : "#A15C07"
    readonly property color amberTint: dark ? "#2B2415" : "#FDF3E1"
    readonly property color danger: dark ? "#F2A49B" : "#A3271C"
    readonly property color dangerTint: dark ? "#2E1B18" : "#F8E9E6"
    readonly property color shade: dark ? "#99000000" : "#4D2A2620"
    readonly property color shadow: dark ? "#66000000" : "#1F2A2620"

    readonly property int size11: Math.round(11 * scale)
    readonly property int size12: Math.round(12 * scale)
    readonly property int size13: Math.round(13 * scale)
    readonly property int size14: Math.round(14 * scale)
    readonly property int size16: Math.round(16 * scale)
    readonly property int size20: Math.round(20 * scale)
    readonly property int size28: Math.round(28 * scale)
    readonly property int bodyLine: Math.round(26 * scale)
    readonly property int thoughtLine: Math.round(22 * scale)
    readonly property int codeLine: Math.round(20 * scale)

    readonly property int radius: 6
    readonly property int radiusLarge: 12
    readonly property int row: Math.round(32 * Math.max(1, scale))
    readonly property int sidebarWidth: 247
    readonly property int measure: Math.round(720 * Math.max(1, Math.min(1.25, scale)))  // the composer's width; text is 16 px narrower on each side
    readonly property int quick: motion ? 140 : 0
}
