import QtQuick
import Soliloquy

// Whether the model thinks before it answers.
PressButton {
    id: chip
    required property QtObject settings
    property bool switchable: true
    property bool narrow: false
    readonly property var names: ({ "auto": narrow ? qsTr("Think") : qsTr("Think freely"), "on": narrow ? qsTr("Think") : qsTr("Always think"), "off": narrow ? qsTr("Direct") : qsTr("Answer directly") })
    readonly property bool off: settings.thinking === "off"

    text: names[settings.thinking]
    name: qsTr("Thinking: %1").arg(text)
    hint: switchable ? qsTr("Whether the model thinks before it answers") : qsTr("This model's template has no switch for thinking")
    enabled: switchable
    opacity: 1
    implicitHeight: 28
    leftPadding: 8
    rightPadding: 8
    onClicked: menu.popup(chip, 0, -menu.height - 4)
    background: Rectangle {
        radius: Theme.radius
        color: chip.off || !chip.switchable ? (chip.hovered ? Theme.field : Theme.hover) : Theme.accentTint
    }
    contentItem: Row {
        spacing: 4
        Icon { anchors.verticalCenter: parent.verticalCenter; name: "bulb"; color: words.color }
        Words {
            id: words
            height: parent.height
            text: chip.text
            Accessible.ignored: true
            color: chip.off || !chip.switchable ? Theme.muted : Theme.accent
        }
        Icon { anchors.verticalCenter: parent.verticalCenter; visible: chip.switchable; name: "chevron-down"; size: 18; color: words.color }
    }
    MenuPopup {
        id: menu
        MenuRow { text: qsTr("Think freely"); note: qsTr("as the model does by itself"); taken: chip.settings.thinking === "auto"; onTriggered: chip.settings.thinking = "auto" }
        MenuRow { text: qsTr("Always think"); note: qsTr("also about small questions"); taken: chip.settings.thinking === "on"; onTriggered: chip.settings.thinking = "on" }
        MenuRow { text: qsTr("Answer directly"); note: qsTr("no thought, quicker, less careful"); taken: chip.settings.thinking === "off"; onTriggered: chip.settings.thinking = "off" }
    }
}
