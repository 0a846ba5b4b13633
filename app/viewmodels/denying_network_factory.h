/// app/viewmodels/denying_network_factory.h: what QML gets when it asks for the network: a refusal, whatever the address.
#pragma once

#include <QQmlNetworkAccessManagerFactory>

namespace soliloquy {

class DenyingNetworkFactory : public QQmlNetworkAccessManagerFactory {
  public:
    QNetworkAccessManager* create(QObject* parent) override;
};

}  // namespace soliloquy
