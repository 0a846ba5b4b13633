import QtQuick
import Soliloquy

// What models run on: the devices of this computer with their memory and why each is chosen or not; a click takes another. The open
// model is closed then, and opens on it with the next message.
Column {
    id: chooser
    required property QtObject devices
    property bool shown: false

    width: parent ? parent.width : 0
    topPadding: 4
    spacing: 2
    Accessible.role: Accessible.Grouping
    Accessible.name: qsTr("Models run on")
    onShownChanged: if (shown) devices.look()
    Component.onCompleted: if (shown) devices.look()

    Words {
        visible: chooser.devices.looking
        height: visible ? 36 : 0
        text: qsTr("Asking the graphics drivers...")
        color: Theme.muted
    }
    Repeater {
        model: chooser.devices.devices
        PressButton {
            id: row
            required property var modelData
            readonly property bool taken: chooser.devices.setting === modelData.setting
                                          || (chooser.devices.setting === "vulkan" && modelData.setting.startsWith("vulkan:") && index === 1)
            required property int index
            width: chooser.width
            leftPadding: 10
            rightPadding: 10
            topPadding: 8
            bottomPadding: 8
            height: body.implicitHeight + topPadding + bottomPadding
            checked: taken
            text: modelData.name
            name: [modelData.name, modelData.about, modelData.reason].filter(words => words !== "").join(", ")
            Accessible.role: Accessible.RadioButton
            Accessible.checked: taken
            onClicked: chooser.devices.setting = modelData.setting
            background: Rectangle {
                radius: Theme.radius
                color: row.taken ? Theme.field : row.hovered ? Theme.hover : "transparent"
                border.width: row.taken ? 1 : 0
                border.color: Theme.line
            }
            contentItem: Item {
                Rectangle {
                    id: dot
                    y: 5
                    width: 14
                    height: 14
                    radius: 7
                    color: "transparent"
                    border.width: row.taken ? 4 : 1
                    border.color: row.taken ? Theme.accent : Theme.faint
                }
                Column {
                    id: body
                    x: dot.width + 10
                    width: parent.width - x
                    spacing: 2
                    Words { width: parent.width; text: row.modelData.name; wrapMode: Text.Wrap }
                    Words {
                        width: parent.width
                        text: row.modelData.reason === "" ? row.modelData.about : row.modelData.about + "\n" + row.modelData.reason
                        wrapMode: Text.Wrap
                        font.pixelSize: Theme.size12
                        color: Theme.faint
                    }
                }
            }
        }
    }
    Words {
        visible: text !== ""
        width: parent.width
        topPadding: 6
        text: chooser.devices.running === "" ? "" : qsTr("The open model runs on %1").arg(chooser.devices.running)
        wrapMode: Text.Wrap
        font.pixelSize: Theme.size12
        color: Theme.muted
    }
}
