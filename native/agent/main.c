/* SPDX-License-Identifier: MIT */
#include "agent/agent.h"

int main(int argc, char **argv)
{
    return qda_agent_main(argc, argv);
}
