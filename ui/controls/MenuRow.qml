import QtQuick
import QtQuick.Templates as T
import Soliloquy

// One entry of a menu, with the key that does the same and a tick when it is the present choice.
T.MenuItem {
    id: control
    property string key
    property string note
    property string icon_: ""
    property bool taken: false
    property bool danger: false

    implicitWidth: row.implicitWidth + 20
    implicitHeight: visible ? (note === "" ? Theme.row : Math.round(46 * Math.max(1, Theme.scale))) : 0
    font.family: Theme.fontFamily
    Accessible.name: control.text
    Accessible.description: control.note
    Accessible.onPressAction: control.triggered()
    background: Rectangle {
        radius: Theme.radius
        color: control.highlighted ? Theme.field : "transparent"
    }
    contentItem: Item {
        Row {
            id: row
            anchors.verticalCenter: parent.verticalCenter
            leftPadding: 8
            rightPadding: 8
            spacing: 8
            Icon {
                anchors.verticalCenter: parent.verticalCenter
                visible: control.icon_ !== ""
                name: control.icon_
                size: 16
                color: control.danger ? Theme.danger : Theme.muted
            }
            Column {
                anchors.verticalCenter: parent.verticalCenter
                Words {
                    width: Math.min(implicitWidth, 340)
                    elide: Text.ElideMiddle
                    text: control.text
                    color: control.danger ? Theme.danger : control.enabled ? Theme.text : Theme.faint
                }
                Words {
                    visible: control.note !== ""
                    width: Math.min(implicitWidth, 340)
                    elide: Text.ElideMiddle
                    text: control.note
                    font.pixelSize: Theme.size12
                    color: Theme.faint
                }
            }
            Item {
                width: Math.max(8, 24)
                height: 1
            }
        }
        Words {
            anchors.right: parent.right
            anchors.rightMargin: 8
            height: parent.height
            text: control.key
            font.pixelSize: Theme.size12
            color: Theme.faint
        }
        Icon {
            anchors.right: parent.right
            anchors.rightMargin: 8
            anchors.verticalCenter: parent.verticalCenter
            visible: control.taken
            name: "check"
            size: 16
            color: Theme.accent
        }
    }
}
